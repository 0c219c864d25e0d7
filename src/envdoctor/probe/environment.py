"""The start-up environment and the operating system, read from outside."""

import os
import sys

from msgspec import Struct

from envdoctor.data import table
from envdoctor.ecosystem.distros import family_of_words
from envdoctor.facts.interpreter import Variables
from envdoctor.facts.system import System
from envdoctor.privacy.redact import allowed
from envdoctor.probe.shell import started_from
from envdoctor.probe.world import World

# The names in the table `files_named`, of which nothing is read where none is set.
HINTS = frozenset(
    (
        *("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "PIP_CERT", "PIP_CLIENT_CERT", "GIT_SSL_CAINFO"),
        *("AWS_CA_BUNDLE", "PIP_CONSTRAINT", "PROJ_DATA", "PROJ_LIB", "GDAL_DATA", "TCL_LIBRARY"),
    )
)


class _FileNamed(Struct):
    name: str
    holds: str = ""


def read_environment(world: World) -> Variables:
    """The allow-listed variables the patient starts with, and those that name what is not there."""
    gone = _gone(world) if HINTS & world.environ.keys() else {}
    return Variables(variables=allowed(world.environ), gone=gone, shell=started_from())


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
