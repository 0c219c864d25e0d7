"""Zip files on ``sys.path``: what can be imported from them (https://docs.python.org/3/library/zipimport.html).

Imported where one is met, which is rare.
"""

import zipfile

from envdoctor.probe.world import World

MOST = 20_000  # names in one archive that are looked at


def modules(world: World, path: str) -> set[str]:
    """The modules at the top of a zip file; none where it can't be read."""
    try:
        with zipfile.ZipFile(world.real(path)) as archive:
            names = archive.namelist()[:MOST]
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError):
        return set()
    found = set()
    for name in names:
        top, _, rest = name.partition("/")
        if not rest and top.endswith((".py", ".pyc")):
            found.add(top.partition(".")[0])
        elif rest in ("__init__.py", "__init__.pyc"):
            found.add(top)
    return found
