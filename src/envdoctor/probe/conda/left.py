"""What pip had put into a conda environment whose Python has become another minor version since."""

from collections.abc import Sequence

from envdoctor.facts.conda import CondaRecord
from envdoctor.facts.prefix import Prefix
from envdoctor.privacy.lazy import pattern
from envdoctor.probe.conda.overlap import key_of
from envdoctor.probe.world import World

_FOLDER = pattern(r"/lib/python(\d+\.\d+)/site-packages$")


def behind(world: World, prefix: Prefix, records: Sequence[CondaRecord]) -> dict[str, list[str]]:
    """The distributions (``cowsay 6.1``) in folders of other minor versions, by folder; conda's own don't count."""
    python = next((record.version for record in records if record.name == "python"), "")
    minor = ".".join(python.split(".")[:2])
    if not minor:
        return {}
    found = {}
    for site in prefix.site_packages:
        match = _FOLDER.search(site)
        if match and match[1] != minor and site.startswith(f"{prefix.path}/"):
            names = world.names(site)
            kept = sorted(
                " ".join(filter(None, key_of(name)))
                for name in (names if isinstance(names, list) else ())
                if name.endswith((".dist-info", ".egg-info")) and not _by_conda(world, f"{site}/{name}")
            )
            if kept:
                found[site] = kept
    return found


def _by_conda(world: World, folder: str) -> bool:
    installer = world.text(f"{folder}/INSTALLER", 100)
    return isinstance(installer, str) and installer.strip() == "conda"
