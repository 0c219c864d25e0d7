"""The collector as one file of standard library, for machines where nothing can be installed."""

import os

from msgspec import to_builtins

from envdoctor.facts.document import dump
from envdoctor.privacy.redact import COMMON, VARIABLES, WITHHELD
from envdoctor.probe import inside
from envdoctor.probe.machine.identity import LAUNCHERS, MANAGERS

MODULES = ("collector", "loader", "pools")
HEAD = '''\
"""Records this Python for envdoctor (https://numpy.org/install/ explains what it is for), without names; nothing is installed.

    python collect.py -o mine.json         then, where envdoctor is: envdoctor check --facts mine.json

Made by envdoctor {version}: `envdoctor collector`. Standard library only, Python 3.6 and newer.
"""

import sys

if sys.path and __name__ == "__main__":
    del sys.path[0]  # a stray json.py beside this file must not answer

import json
import types

SETTINGS = json.loads({settings!r})
SOURCES = json.loads({sources!r})
MODULES = {{}}
for _name in ("collector", "pools", "loader"):
    MODULES[_name] = types.ModuleType("envdoctor_" + _name)
    MODULES[_name].__file__ = "envdoctor/" + _name + ".py"
    exec(compile(SOURCES[_name], "envdoctor/" + _name + ".py", "exec"), MODULES[_name].__dict__)

'''
TAIL = '''

def answer():
    """Print the recording between marks, for the process that asks."""
    sys.stdout.write("\\nenvdoctor:" + json.dumps(recording(MODULES, names=False)) + "\\nenvdoctor:\\n")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(MODULES)
'''


def program(version: str) -> str:
    """The file's text; ``version`` is envdoctor's."""
    settings = {
        "version": version,
        "variables": sorted(name for name in VARIABLES if "INDEX" not in name),
        "withheld": sorted(WITHHELD),
        "launchers": [to_builtins(launcher) for launcher in LAUNCHERS],
        "managers": list(MANAGERS),
        "common": sorted(COMMON.split()),
    }
    sources = {name: _source(name) for name in MODULES}
    own = _source("alone").partition('"""\n\n')[2]  # the file has a text of its own at its head
    head = HEAD.format(version=version, settings=dump(settings), sources=dump(sources))
    return f"{head}{own}{TAIL}"


def _source(name: str) -> str:
    with open(os.path.join(os.path.dirname(inside.__file__), f"{name}.py"), encoding="utf-8") as file:
        return file.read()
