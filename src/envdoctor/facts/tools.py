"""The installers that are at hand, and the Pythons an environment can be made from."""

from envdoctor.facts.base import Section


class Tools(Section, frozen=True, kw_only=True):
    """``commands`` maps a program's name (uv, conda, poetry, apt-get …) to the first file of that name on PATH.

    ``pythons`` maps a minor version (``3.13``) to a Python of it that can be run by that path: on
    PATH (shims, which depend on the directory, don't count), under pyenv, or managed by uv.
    ``broken`` are those of the commands that can't start, as their files tell, each with the reason.
    """

    commands: dict[str, str] = {}
    pythons: dict[str, str] = {}
    broken: dict[str, str] = {}
