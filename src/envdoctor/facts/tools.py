"""The installers that are at hand, and the Pythons an environment can be made from."""

from envdoctor.facts.base import Section

USUAL = (".venv", ".conda")  # what an environment is called that a cure makes


class Tools(Section, frozen=True, kw_only=True):
    """``commands`` maps a program's name (uv, conda, poetry, apt-get …) to the first file of that name on PATH.

    ``pythons`` maps a minor version (``3.13``) to a Python of it that can be run by that path: on
    PATH (shims, which depend on the directory, don't count), under pyenv, or managed by uv.
    ``broken`` are those of the commands that can't start, as their files tell, each with the reason.
    ``taken`` are the usual names of an environment (`USUAL`) that stand already where one would be made, in the
    project's folder or else the working directory, each with its Python; empty for what holds none that can be
    started. ``None``: nobody looked.
    """

    commands: dict[str, str] = {}
    pythons: dict[str, str] = {}
    broken: dict[str, str] = {}
    taken: dict[str, str] | None = None
