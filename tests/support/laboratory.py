"""A conda laboratory: packages built here, channels indexed here, prefixes installed by rattler (pixi's installer).

Three steps, in this order below: a `Package` is what it holds; `add` packs it into a channel (a folder); `install`
makes a prefix of what channels have. Programs that run, CPython and NumPy, are in `tests.support.repacked`.

The channels keep their real URLs: rattler's mirror middleware asks a server on the loopback device for them.
"""

import hashlib
import http.server
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

CONDA_FORGE = "https://conda.anaconda.org/conda-forge"
MAIN = "https://repo.anaconda.com/pkgs/main"
BIOCONDA = "https://conda.anaconda.org/bioconda"
PLACEHOLDER = "/placeholder_" + "x" * 80
SUBDIR = "linux-64" if os.uname().machine == "x86_64" else "linux-aarch64"


@dataclass(frozen=True)
class Link:
    target: str


@dataclass(frozen=True)
class Replaced:
    """A text file with the build's prefix in it, which the installer replaces."""

    text: str


Content = bytes | str | Path | Link | Replaced


@dataclass(frozen=True)
class Package:
    """A conda package: ``files`` by their path in the prefix (``site-packages/…`` where it is ``noarch``).

    ``entry_points`` (``name = module:function``) are those for which the installer of a noarch package writes scripts.
    """

    name: str
    version: str = "1.0"
    build: str = "h0_0"
    files: Mapping[str, Content] = field(default_factory=dict)
    depends: tuple[str, ...] = ()
    noarch: str | None = None
    timestamp: int = 1_700_000_000_000
    entry_points: tuple[str, ...] = ()
    subdir: str = SUBDIR

    @property
    def stem(self) -> str:
        return f"{self.name}-{self.version}-{self.build}"


def python_module(
    name: str, version: str = "1.0", extra: Mapping[str, Content] | None = None, **changes: Any
) -> Package:
    """A pure Python package as conda-build makes them: noarch, with metadata, installed by ``conda``."""
    info = f"site-packages/{name.replace(chr(45), chr(95))}-{version}.dist-info"
    files: dict[str, Content] = {
        f"site-packages/{name}/__init__.py": f"__version__ = {version!r}\n",
        f"site-packages/{name}/core.py": f"# {name} {version}\ndef answer():\n    return 42\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/INSTALLER": "conda",
        f"{info}/RECORD": f"{name}/__init__.py,,\n{name}/core.py,,\n{info.partition('/')[2]}/METADATA,,\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: laboratory\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        **(extra or {}),
    }
    values: dict[str, Any] = {"build": "pyhd8ed1ab_0", "noarch": "python", "depends": ("python",)} | changes
    return Package(name, version, files=files, **values)


def library(name: str, version: str = "1.0", **changes: Any) -> Package:
    """A shared library with the links that point at it."""
    stem = name.removeprefix("lib")
    files: dict[str, Content] = {
        f"lib/lib{stem}.so.1.0": b"\x7fELF" + name.encode() * 20,
        f"lib/lib{stem}.so.1": Link(f"lib{stem}.so.1.0"),
        f"lib/lib{stem}.so": Link(f"lib{stem}.so.1"),
        f"include/{stem}.h": "/* header */\n",
        f"lib/pkgconfig/{stem}.pc": Replaced(f"prefix={PLACEHOLDER}\n"),
    }
    return Package(name, version, files=files, **changes)


# --- channels ---


def add(channels: Path, url: str, *packages: Package) -> None:
    """Put packages into the channel ``url`` below the folder ``channels``."""
    for package in packages:
        folder = _place(channels, url) / ("noarch" if package.noarch else package.subdir)
        folder.mkdir(parents=True, exist_ok=True)
        _pack(package, folder)


def _place(channels: Path, url: str) -> Path:
    return channels / url.partition("://")[2].replace("/", "_")


def _pack(package: Package, folder: Path) -> None:
    from conda_package_streaming.create import conda_builder  # type: ignore[import-untyped]

    members: list[tuple[tarfile.TarInfo, bytes]] = []
    paths = []
    for path, content in sorted(package.files.items()):
        info, data, entry = _member(path, content)
        members.append((info, data))
        paths.append(entry)
    index: dict[str, Any] = {
        "name": package.name,
        "version": package.version,
        "build": package.build,
        "build_number": 0,
        "depends": list(package.depends),
        "subdir": "noarch" if package.noarch else package.subdir,
        "timestamp": package.timestamp,
    }
    if package.noarch:
        index["noarch"] = package.noarch
    documents = {
        "info/index.json": index,
        "info/paths.json": {"paths": paths, "paths_version": 1},
    }
    if package.noarch:
        scripts = {"entry_points": list(package.entry_points)} if package.entry_points else {}
        documents["info/link.json"] = {"noarch": {"type": package.noarch} | scripts, "package_metadata_version": 1}
    (folder / f"{package.stem}.conda").unlink(missing_ok=True)
    with conda_builder(package.stem, folder, compression_level=1) as archive:
        for name, document in documents.items():
            data = json.dumps(document).encode()
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for info, data in members:
            archive.addfile(info, io.BytesIO(data))


def _member(path: str, content: Content) -> tuple[tarfile.TarInfo, bytes, dict[str, Any]]:
    info = tarfile.TarInfo(path)
    info.mode = 0o755 if path.startswith(("bin/", "condabin/", "python-scripts/")) else 0o644
    entry: dict[str, Any] = {"_path": path}
    if isinstance(content, Link):
        info.type, info.linkname = tarfile.SYMTYPE, content.target
        # As conda-build does: the size and hash of what the link leads to.
        return (
            info,
            b"",
            entry | {"path_type": "softlink", "sha256": hashlib.sha256(b"").hexdigest(), "size_in_bytes": 0},
        )
    text = content.text if isinstance(content, Replaced) else content
    data = text.encode() if isinstance(text, str) else text.read_bytes() if isinstance(text, Path) else text
    info.size = len(data)
    entry |= {"path_type": "hardlink", "sha256": hashlib.sha256(data).hexdigest(), "size_in_bytes": len(data)}
    if isinstance(content, Replaced):
        entry |= {"prefix_placeholder": PLACEHOLDER, "file_mode": "text"}
    return info, data, entry


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The URL of ``folder`` on the loopback device."""
    handler = partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


# --- prefixes ---


def index(channels: Path) -> None:
    """Write ``repodata.json`` of all channels below ``channels``."""
    _in_a_process({"folders": [str(folder) for folder in sorted(channels.iterdir()) if folder.name != "cache"]})


def install(
    prefix: Path, channels: Path, wanted: Mapping[str, Sequence[str]], cache: Path | None = None, indexed: bool = False
) -> Path:
    """Install specs into ``prefix``, those of each channel (URL) from that one.

    ``cache`` keeps what was unpacked; ``indexed``: the channels have their index, which stays as it is.
    """
    with serving(channels) as server:
        order = {
            "prefix": str(prefix),
            "cache": str(cache or channels / "cache"),
            "wanted": [[url, f"{server}/{_place(channels, url).name}", list(specs)] for url, specs in wanted.items()],
            "folders": [] if indexed else [str(_place(channels, url)) for url in wanted],
        }
        _in_a_process(order)
    return prefix


def _in_a_process(order: Mapping[str, Any]) -> None:
    """In a process of its own, since rattler may crash at exit."""
    argv = [sys.executable, __file__, json.dumps(order)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


async def _carry_out(order: Mapping[str, Any]) -> None:
    for folder in order["folders"]:
        await _index(Path(folder))
    if "prefix" in order:
        await _install(order)


async def _index(folder: Path) -> None:
    from rattler.index import index_fs

    for stale in (*folder.glob("*/repodata*"), *folder.glob("*/shards")):
        shutil.rmtree(stale) if stale.is_dir() else stale.unlink()
    (folder / "noarch").mkdir(exist_ok=True)
    await index_fs(folder, write_shards=False, write_zst=False)
    empty = {"info": {"subdir": "noarch"}, "packages": {}, "packages.conda": {}, "repodata_version": 1}
    if not (folder / "noarch" / "repodata.json").exists():  # conda asks for it in each channel
        (folder / "noarch" / "repodata.json").write_text(json.dumps(empty))


async def _install(order: Mapping[str, Any]) -> None:
    import rattler
    from rattler.networking import MirrorMiddleware

    mirrors = {url: [mirror] for url, mirror, _ in order["wanted"]}
    client = rattler.Client([MirrorMiddleware(mirrors)])
    gateway = rattler.Gateway(cache_dir=Path(order["cache"]) / os.urandom(4).hex(), client=client)
    prefix = Path(order["prefix"])
    there = [rattler.PrefixRecord.from_path(path) for path in sorted(prefix.glob("conda-meta/*.json"))]
    records: dict[str, Any] = {record.name.normalized: record for record in there}
    wanted: list[Any] = []
    for url, _, specs in order["wanted"]:
        others = [other for other, _, _ in order["wanted"] if other != url]
        found = await rattler.solve(
            [rattler.Channel(channel) for channel in (url, *others)],
            list(specs),
            gateway=gateway,
            platforms=[SUBDIR, "noarch"],  # type: ignore[list-item]
        )
        wanted += [rattler.MatchSpec(spec) for spec in specs]
        for record in found:
            records.setdefault(record.name.normalized, record)
    inner = [getattr(spec, "_match_spec", spec) for spec in wanted]
    try:
        await rattler.install(
            list(records.values()),
            prefix,
            cache_dir=Path(order["cache"]) / "pkgs",
            show_progress=False,
            client=client,
            requested_specs=wanted,
        )
    except TypeError:
        await rattler.install(
            list(records.values()),
            prefix,
            cache_dir=Path(order["cache"]) / "pkgs",
            show_progress=False,
            client=client,
            requested_specs=inner,
        )


if __name__ == "__main__":
    import asyncio
    import traceback

    try:
        asyncio.run(_carry_out(json.loads(sys.argv[1])))
        status = 0
    except BaseException:
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
