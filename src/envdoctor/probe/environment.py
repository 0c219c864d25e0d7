"""The start-up environment and the operating system, read from outside."""

import os
import sys

from msgspec import Struct

from envdoctor.data import table
from envdoctor.ecosystem.distros import family_of_words
from envdoctor.facts.base import Missing
from envdoctor.facts.interpreter import Setting, Variables
from envdoctor.facts.system import System
from envdoctor.privacy.redact import allowed
from envdoctor.probe.shell import started_from
from envdoctor.probe.world import World

# The names in the table `files_named`, of which nothing is read where none is set.
HINTS = frozenset(
    (
        *("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "PIP_CERT", "PIP_CLIENT_CERT", "GIT_SSL_CAINFO"),
        *("AWS_CA_BUNDLE", "PIP_CONSTRAINT", "PROJ_DATA", "PROJ_LIB", "GDAL_DATA", "TCL_LIBRARY"),
        *("ESMFMKFILE", "UDUNITS2_XML_PATH", "ECCODES_DEFINITION_PATH", "QT_QPA_PLATFORM_PLUGIN_PATH", "SPARK_HOME"),
        "JAVA_HOME",
    )
)


class _FileNamed(Struct):
    name: str
    holds: str = ""


def read_environment(world: World) -> Variables:
    """The allow-listed variables the patient starts with, and those that name what is not there."""
    gone = _gone(world) if HINTS & world.environ.keys() else {}
    return Variables(variables=allowed(world.environ), gone=gone, shell=started_from(), settings=_settings(world))


def _settings(world: World) -> list[Setting]:
    """Matplotlib's backend, of the first matplotlibrc that it would read, and Keras'."""
    own, config = world.environ.get("MATPLOTLIBRC", ""), world.environ.get("XDG_CONFIG_HOME") or f"{world.home}/.config"
    mine = world.environ.get("MPLCONFIGDIR") or f"{config}/matplotlib"
    candidates = [f"{world.cwd}/matplotlibrc", *([own, f"{own}/matplotlibrc"] if own else []), f"{mine}/matplotlibrc"]
    file = next((path for path in candidates if world.is_file(path)), "")
    found = [
        Setting(name="MPLBACKEND", value=word, file=file)
        for word in parse_matplotlibrc(world.text(file) if file else "")
    ]
    file = f"{world.environ.get('KERAS_HOME') or f'{world.home}/.keras'}/keras.json"
    text = world.text(file, 10_000) if world.is_file(file) else ""
    return found + [Setting(name="KERAS_BACKEND", value=word, file=file) for word in parse_keras(text)]


def parse_matplotlibrc(text: str | None | Missing) -> list[str]:
    """What ``backend`` is set to, if it is (https://matplotlib.org/stable/users/explain/customizing.html)."""
    lines = (line.partition("#")[0].partition(":") for line in text.splitlines()) if isinstance(text, str) else ()
    words = [value.strip().strip("\"'") for name, colon, value in lines if name.strip() == "backend"]
    return [word for word in words[-1:] if word]


def parse_keras(text: str | None | Missing) -> list[str]:
    """What ``backend`` is in keras.json, if it is."""
    if not isinstance(text, str):
        return []
    import json

    try:
        said = json.loads(text).get("backend")
    except (ValueError, AttributeError, RecursionError):
        return []
    return [said] if isinstance(said, str) and said else []


def _gone(world: World) -> dict[str, str]:
    found = {}
    for row in table("files_named", "variables", _FileNamed):
        value = world.environ.get(row.name, "")
        path = value if os.path.isabs(value) else os.path.join(world.cwd, value)
        if value and not world.exists(f"{path}/{row.holds}" if row.holds else path):
            found[row.name] = value
    return found


def read_system(world: World) -> System:
    """The platform, the machine, and the distribution that os-release names (man 5 os-release)."""
    uname = os.uname() if hasattr(os, "uname") else None
    release = world.text("/etc/os-release") if world.platform == "linux" else None
    if world.platform == "linux" and release is None:
        release = world.text("/usr/lib/os-release")
    fields = parse_os_release(release) if isinstance(release, str) else {}
    if uname is None:
        machine = world.environ.get("PROCESSOR_ARCHITEW6432") or world.environ.get("PROCESSOR_ARCHITECTURE", "")
        version = getattr(sys, "getwindowsversion", lambda: None)()
        kernel = f"{version.major}.{version.minor}.{version.build}" if version else ""
    else:
        machine, kernel = uname.machine, uname.release
    words = (fields.get("ID", ""), *fields.get("ID_LIKE", "").split())
    family = family_of_words(words)
    return System(
        platform=world.platform,
        machine=machine,
        release=kernel,
        distribution=fields.get("ID"),
        distribution_version=fields.get("VERSION_ID"),
        family=family.value if family else None,
    )


def parse_os_release(text: str) -> dict[str, str]:
    """The assignments of an os-release file, quotes taken off."""
    pairs = (line.strip().partition("=") for line in text.split("\n") if not line.lstrip().startswith("#"))
    return {name: value.strip("\"'") for name, equals, value in pairs if equals}
