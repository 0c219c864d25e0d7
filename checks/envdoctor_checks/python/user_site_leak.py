"""PY007: In a conda environment, or in a venv that lets the system's packages in, the user's site-packages
(`~/.local/lib/pythonX.Y/…`) holds distributions that the environment has, too.
"""

from collections.abc import Iterator

from envdoctor.api import (
    Distribution,
    Evidence,
    Finding,
    Interpreter,
    Manual,
    NotApplicable,
    Packages,
    Prefix,
    Rule,
    SetEnv,
    Severity,
    UnknownFact,
    check,
    known,
    paths,
)

PY007 = Rule("PY007", "user-site-leak", Severity.WARNING, guide=("rec-8",), varies=(Severity.INFO,))


@check(PY007)
def user_site_leak(packages: Packages, interpreter: Interpreter, prefix: Prefix) -> Iterator[Finding]:
    """In a conda environment the user's copy comes first; in a venv with system packages the environment's does."""
    if prefix.configuration is None and not prefix.conda_meta:
        raise NotApplicable("not an environment")
    if not known_flag(interpreter):
        raise NotApplicable("the user's site-packages is switched off here")
    own_prefixes = (prefix.path, interpreter.prefix)
    order: dict[str, list[Distribution]] = {}
    for item in packages.distributions:
        order.setdefault(item.key, []).append(item)
    pairs = []
    for items in order.values():
        user = next((item for item in items if paths.same(item.location, interpreter.user_site)), None)
        own = next((item for item in items if any(paths.inside(item.location, p) for p in own_prefixes)), None)
        if user is not None and own is not None:
            pairs.append((user, own, items.index(user) < items.index(own)))
    if not pairs:
        return
    wins = any(first for _, _, first in pairs)
    names = ", ".join(user.name for user, _, _ in pairs[:5])
    rows = [
        Evidence(user.name, f"{user.version} in {user.location}, {own.version} in the environment")
        for user, own, _ in pairs[:10]
    ]
    yield Finding(
        PY007,
        names,
        tuple(rows),
        f"{names} of the user's site-packages {'hides' if wins else 'lies behind'} the environment's",
        "The user's site-packages is shared by all environments of this Python version that let it in.",
        own_severity=None if wins else Severity.INFO,
        remedies=(
            SetEnv({"PYTHONNOUSERSITE": "1"}),
            Manual(f"or remove {names} from {interpreter.user_site}, where nothing else needs it"),
        ),
    )


def known_flag(interpreter: Interpreter) -> bool:
    """True where the user's site-packages is on the path."""
    enabled = interpreter.user_site_enabled
    if enabled is None:
        raise UnknownFact("whether the user's site-packages is on is not known")
    return bool(known(enabled))
