"""PY008: The environment's folder is there, and the Python under it is not."""

from collections.abc import Iterator

from envdoctor.api import (
    Finding,
    Manual,
    Missing,
    NewEnvironment,
    NotApplicable,
    Patient,
    Prefix,
    Recreate,
    Remedy,
    RestoreConfiguration,
    Rule,
    Severity,
    UnsetEnv,
    Variables,
    check,
    paths,
)
from envdoctor_checks.python._faults import faults

PY008 = Rule("PY008", "broken-environment", Severity.ERROR, guide=("repro-1",))
ALONE = "Without that file its packages are not found, and what pip installs goes to the base, or is refused there."


@check(PY008)
def broken_environment(
    prefix: Prefix, patient: Patient, environment: Variables | Missing | None = None
) -> Iterator[Finding]:
    if prefix.exists and prefix.configuration is None and prefix.executable_exists and not prefix.lost:
        raise NotApplicable("not a virtual environment")
    for title, evidence in faults(prefix, patient):
        yield Finding(
            PY008,
            prefix.lost or prefix.path,
            evidence,
            title,
            ALONE
            if prefix.lost or isinstance(prefix.configuration, Missing) or prefix.configuration == {}
            else "An environment is a thin layer over the Python it was made from; without that one, "
            "nothing in it can run.",
            remedies=_instead(prefix, environment),
        )


def _instead(prefix: Prefix, environment: Variables | Missing | None) -> tuple[Remedy, ...]:
    variables = environment.variables if isinstance(environment, Variables) else {}
    active = tuple(name for name in ("VIRTUAL_ENV", "CONDA_PREFIX") if variables.get(name) == prefix.path)
    if not prefix.exists and active:
        return (
            UnsetEnv(active, title="forget the environment that is gone"),
            NewEnvironment("make it again", folder=prefix.path),
        )
    if prefix.lost:
        return (RestoreConfiguration(),)
    if prefix.exists and (isinstance(prefix.configuration, Missing) or prefix.configuration == {}):
        file = paths.join(prefix.path, "pyvenv.cfg")
        words = (
            f"move {file} away, and make it again with the Python that the environment is made of: "
            f"`python -m venv --without-pip {prefix.path}`; the packages stay"
        )
        return (Manual(words),)
    return (Recreate(title="make the environment again, in place"),)
