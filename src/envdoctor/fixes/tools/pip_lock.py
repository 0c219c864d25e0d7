"""pip's lock, which it writes from 25.1 on (https://pip.pypa.io/en/stable/cli/pip_lock/)."""

from envdoctor.ecosystem.markers import plainly_within
from envdoctor.fixes.model import Applicability, Fix
from envdoctor.fixes.steps import run
from envdoctor.fixes.target import Target

SINCE = "25.1"


def lock(target: Target) -> Fix:
    pip = next((item.version for item in target.distributions if item.key == "pip"), None)
    call = (target.python, "-m", "pip")
    writing = run(*call, "lock", *listed(target), "-o", target.project_path("pylock.toml"))
    undo = "remove the file it writes"
    if isinstance(pip, str) and plainly_within(pip, f">={SINCE}"):
        return Fix(title="lock with pip", steps=(writing,), applicability=Applicability.SAFE, undo=undo)
    if isinstance(pip, str) and isinstance(target.facts.prefix.configuration, dict):
        return Fix(
            title="bring pip up to date, then lock with it",
            steps=(run(*call, "install", "--upgrade", "pip"), writing),
            applicability=Applicability.UNSAFE,
            reason=f"pip {pip} has no lock, so that it is replaced by a newer one",
            undo=undo,
        )
    words = f"lock it with a tool of your choice: uv, Poetry, PDM, or pip from {SINCE} on in an environment"
    return Fix(title=words, steps=(), applicability=Applicability.MANUAL)


def listed(target: Target) -> tuple[str, ...]:
    """What pip is to lock: the first requirements file, else the project itself."""
    requirements = target.project_file("requirements")
    return ("-r", requirements) if requirements else (target.root,)
