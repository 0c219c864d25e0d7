"""Is the environment whole: its folder, its configuration, and the Python it was made from?"""

from collections.abc import Iterator

from envdoctor.api import (
    Environment,
    Evidence,
    Finding,
    Missing,
    NotApplicable,
    Patient,
    Prefix,
    Recreate,
    Remedy,
    Rule,
    Run,
    Severity,
    UnsetEnv,
    check,
)

PY008 = Rule("PY008", "broken-environment", Severity.ERROR, guide=("repro-1",))
ALONE = "Without that file its packages are not found, and what pip installs goes to the base, or is refused there."


def faults(prefix: Prefix, patient: Patient) -> Iterator[tuple[str, tuple[Evidence, ...]]]:
    """What is wrong with the environment's own folder: the title, and what was seen."""
    configuration = prefix.configuration if isinstance(prefix.configuration, dict) else {}
    if prefix.lost:
        evidence = [Evidence("gone", f"{prefix.lost}/pyvenv.cfg"), Evidence("its Python says", f"prefix {prefix.path}")]
        yield "the environment has lost its pyvenv.cfg, and its Python is no more than its base's", tuple(evidence)
        return
    if not prefix.exists:
        yield "the environment's folder is gone", (Evidence("prefix", prefix.path),)
        return
    if prefix.home and not prefix.home_exists:
        evidence = [Evidence("pyvenv.cfg", f"home = {prefix.home} (gone)")]
        if prefix.link and not prefix.executable_exists:
            evidence.append(Evidence("executable", f"{prefix.executable} -> {prefix.link} (dangling)"))
        yield "the Python this environment was made from is gone", tuple(evidence)
    elif not prefix.executable_exists:
        seen = f"{prefix.executable} -> {prefix.link} (dangling)" if prefix.link else f"{prefix.executable} (missing)"
        yield "the environment's Python is gone", (Evidence("executable", seen),)
    recorded = configuration.get("version_info") or configuration.get("version")
    version = patient.version if isinstance(patient.version, str) else ""
    if recorded and version and recorded.split(".")[:2] != version.split(".")[:2]:
        yield (
            "the Python under this environment has become another version",
            (Evidence("made with", recorded), Evidence("runs", version)),
        )


@check(PY008)
def broken_environment(
    prefix: Prefix, patient: Patient, environment: Environment | Missing | None = None
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
            if prefix.lost
            else "An environment is a thin layer over the Python it was made from; without that one, "
            "nothing in it can run.",
            remedies=_instead(prefix, patient, environment),
        )


def _instead(prefix: Prefix, patient: Patient, environment: Environment | Missing | None) -> tuple[Remedy, ...]:
    variables = environment.variables if isinstance(environment, Environment) else {}
    if not prefix.exists and variables.get("VIRTUAL_ENV") == prefix.path:
        return (
            UnsetEnv(("VIRTUAL_ENV",), title="forget the environment that is gone"),
            Run("make it again", ("python3", "-m", "venv", prefix.path), safe=True, undo=f"remove {prefix.path}"),
        )
    if prefix.lost:
        minor = ".".join(str(patient.version).split(".")[:2])
        base = f"{prefix.path}\\python.exe" if "\\" in prefix.path else f"{prefix.path}/bin/python{minor}"
        argv = (base, "-m", "venv", "--without-pip", prefix.lost)
        return (
            Run("write pyvenv.cfg anew; the packages stay", argv, safe=True, undo=f"remove {prefix.lost}/pyvenv.cfg"),
        )
    return (Recreate(title="make the environment anew, in place"),)
