"""Where an installed distribution came from: what is no index's must not be asked of one, where its name is a stranger's."""

from collections.abc import Iterable, Sequence
from urllib.parse import unquote, urlsplit

from envdoctor.ecosystem.names import normalise
from envdoctor.ecosystem.requirements import name_in
from envdoctor.facts import Distribution
from envdoctor.fixes.model import Applicability, Fix, unmarked
from envdoctor.fixes.steps import run
from envdoctor.fixes.target import Target


def again(item: Distribution, exact: bool = True) -> list[str]:
    """What an installer is given to install it once more: from where it came, in its version if ``exact``.

    The URL is that of direct_url.json (https://packaging.python.org/en/latest/specifications/direct-url/).
    A local version (``2.3.0+cu121``) is no index's either.
    """
    if item.url:
        folder = unquote(urlsplit(item.url).path) if item.url.startswith("file:") else ""
        return ["-e", folder] if item.editable and folder else [f"{item.name} @ {item.url}"]
    exact = exact and isinstance(item.version, str) and "+" not in item.version
    return [f"{item.name}=={item.version}" if exact else item.name]


def anew(bedside: Target, requirements: Iterable[str]) -> tuple[list[str], str]:
    """The words that lay down what is there once more, not another version that happens to be newer; and what is to
    be said of them: a folder or a branch may have changed since."""
    wanted, moving = [], []
    for requirement in requirements:
        item = bedside.installed.get(normalise(name_in(requirement)))
        if item is not None and item.url:
            moving.append(item.url)
            wanted += again(item)
        elif item is not None and requirement == name_in(requirement) and isinstance(item.version, str):
            wanted.append(f"{requirement}=={item.version}")
        else:
            wanted.append(unmarked(requirement))
    return wanted, f"it comes from {' and '.join(moving)}, as that is today" if moving else ""


def laid_down(command: Sequence[str], words: list[str], reason: str) -> Fix:
    """The fix that runs ``command`` with the words of `again`."""
    applicability = Applicability.UNSAFE if reason else Applicability.SAFE
    return Fix(title="", steps=(run(*command, *words),), applicability=applicability, reason=reason)
