"""What pip had put into a conda environment whose Python has become another minor version since."""

import json
from collections.abc import Sequence

from envdoctor.facts.conda import CondaRecord
from envdoctor.facts.prefix import Prefix
from envdoctor.privacy.lazy import pattern
from envdoctor.privacy.redact import credentials
from envdoctor.probe.conda.overlap import key_of
from envdoctor.probe.world import World

_FOLDER = pattern(r"/lib(?:64)?/python(\d+\.\d+t?)/site-packages$")  # 3.13t: free-threaded


def behind(world: World, prefix: Prefix, records: Sequence[CondaRecord]) -> dict[str, list[str]]:
    """The distributions (``cowsay 6.1``; ``mine @ URL`` where no index had it) in folders of other minor versions, by
    folder; conda's own don't count."""
    python = next((record for record in records if record.name == "python"), None)
    if python is None:
        return {}
    minor = ".".join(python.version.split(".")[:2])
    minor += "t" if python.build.endswith(f"_cp{minor.replace('.', '')}t") else ""
    found = {}
    for site in prefix.site_packages:
        match = _FOLDER.search(site)
        if match and match[1] != minor and site.startswith(f"{prefix.path}/"):
            names = world.names(site)
            kept = sorted(
                _told(world, f"{site}/{name}")
                for name in (names if isinstance(names, list) else ())
                if name.endswith((".dist-info", ".egg-info")) and not _by_conda(world, f"{site}/{name}")
            )
            if kept:
                found[site] = kept
    return found


def _told(world: World, folder: str) -> str:
    key, version = key_of(folder.rpartition("/")[2])
    origin = world.text(f"{folder}/direct_url.json", 100_000)
    if isinstance(origin, str):
        try:
            return f"{key} @ {credentials(str(json.loads(origin)['url']))}"
        except (ValueError, KeyError, TypeError):
            return f"{key} @ an unknown place"
    return f"{key} {version}".strip()


def _by_conda(world: World, folder: str) -> bool:
    installer = world.text(f"{folder}/INSTALLER", 100)
    return isinstance(installer, str) and installer.strip() == "conda"
