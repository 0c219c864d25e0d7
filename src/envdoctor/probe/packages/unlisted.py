"""The libraries of a distribution that has no list of files: its folders are gone through.

Debian's packages have an egg-info or dist-info without RECORD; ``top_level.txt`` names their modules
(https://setuptools.pypa.io/en/latest/deprecated/python_eggs.html).
"""

from envdoctor.data import listed
from envdoctor.facts.base import Missing
from envdoctor.facts.packages import Distribution
from envdoctor.probe.world import World

MOST = 400  # folders of one distribution


def libraries(world: World, distribution: Distribution) -> bytes:
    """The lines that a RECORD would have for the libraries, and for the ``__init__.py`` beside them; empty where nobody asks.

    Only what the tables of scientific packages name is looked at: a system's Python has hundreds of others.
    """
    if distribution.key not in listed("modules", "whole") | listed("modules", "foretold"):
        return b""
    text = world.text(f"{distribution.path}/top_level.txt", 10_000)
    tops = text.split() if isinstance(text, str) else [distribution.key.replace("-", "_")]
    found: list[str] = []
    folders = [top for top in tops if top.isidentifier()]
    for folder in folders:  # grows meanwhile
        names = world.names(f"{distribution.location}/{folder}")
        if names is None or isinstance(names, Missing):
            continue
        found += [f"{folder}/{name}" for name in names if name.endswith((".so", ".pyd")) or name == "__init__.py"]
        below = [f"{folder}/{name}" for name in names if "." not in name and name not in ("tests", "__pycache__")]
        folders += below[: MOST - len(folders)]
    return "".join(f"{path},,\n" for path in found).encode("utf-8", "surrogateescape")
