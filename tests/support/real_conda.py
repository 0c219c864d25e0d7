"""A real conda: version 24.7.1 with its classic solver, out of PyPI alone, in an installation of its own.

conda is on no index, but conda-lock's wheel carries the whole program under another name; here it gets its own back.
What conda needs comes from PyPI as well, Python from Debian. All of it is packed into channels that keep their real
URLs: a proxy on the loopback device plays their hosts, with certificates that nobody else trusts. So a command that
the doctor prints runs word for word.

`bring_up` builds the laboratory in a folder that is kept: a second time it is there in no time.
"""

import fcntl
import hashlib
import http.server
import os
import shutil
import ssl
import subprocess
import sys
import threading
import time
import urllib.parse
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.support import laboratory, repacked
from tests.support.laboratory import (
    BIOCONDA,
    CONDA_FORGE,
    MAIN,
    PLACEHOLDER,
    Content,
    Package,
    Replaced,
    add,
    library,
    python_module,
)
from tests.support.patients import Patient, clean_environ, link_or_copy, patient_at, run, write

VERSION = "24.7.1"
PYTHON = "3.11"
ABI = "python >=3.11,<3.12.0a0"
SITE = f"lib/python{PYTHON}/site-packages"
MSYS2 = "https://repo.anaconda.com/pkgs/msys2"
PYTORCH = "https://conda.anaconda.org/pytorch"
MIRROR = "https://artifactory.test/api/conda/conda-forge"
HOSTS = ("conda.anaconda.org", "repo.anaconda.com")  # and all below .test
# What is packed from PyPI; pinned, so that the laboratory is the same on every day.
CARRIER = "conda-lock==4.0.3"
NEEDS = {
    "archspec": "0.2.7",
    "backports.zstd": "1.8.0",
    "boltons": "26.2.0",
    "certifi": "2026.10.19.post1",
    "charset-normalizer": "3.5.3",
    "conda-package-handling": "2.6.0",
    "conda-package-streaming": "0.13.0",
    "distro": "1.9.0",
    "frozendict": "2.5.1",
    "idna": "3.20",
    "jsonpatch": "1.48",
    "jsonpointer": "3.12",
    "packaging": "26.4",
    "platformdirs": "4.14.8",
    "pluggy": "1.7.0",
    "pycosat": "0.6.6",
    "requests": "2.34.2",
    "ruamel.yaml": "0.19.1",
    "ruamel.yaml.clib": "0.2.15",
    "setuptools": "79.0.1",
    "tqdm": "4.70.1",
    "truststore": "0.10.5",
    "urllib3": "2.8.0",
    "zstandard": "0.25.0",
}
PIP = "26.3"
CONDARC = "channels:\n  - conda-forge\nsolver: classic\n"  # its default one, libmamba, is on no index
# conda's own words for a shell come in its package, not in the wheel: the least that `conda run` asks for, in our words.
_HOOK = """\
conda() {
    case "$1" in
        activate|deactivate|reactivate) eval "$("$CONDA_EXE" shell.posix "$@")" ;;
        *) "$CONDA_EXE" "$@" ;;
    esac
}
[ -z "${CONDA_SHLVL+x}" ] && export CONDA_SHLVL=0
case ":$PATH:" in
    *":$(dirname "$(dirname "$CONDA_EXE")")/condabin:"*) ;;
    *) PATH="$(dirname "$(dirname "$CONDA_EXE")")/condabin:$PATH"; export PATH ;;
esac
"""
_SCRIPT = """\
#!{}/bin/python
import sys
from {} import main
if __name__ == "__main__":
    sys.exit(main())
"""


def missing() -> str | None:
    """Why the laboratory can't be here, in a sentence; ``None`` where it can."""
    if not repacked.DEBIAN.exists():
        return f"no {repacked.DEBIAN} here (Debian 12: python3.11, python3.11-venv)"
    if shutil.which("cc") is None or not Path(f"/usr/include/python{PYTHON}/Python.h").exists():
        return (
            f"no compiler or no headers of Python {PYTHON} here for pycosat (Debian 12: gcc, libc6-dev, python3.11-dev)"
        )
    return None


# --- packages ---


def _lay_out(site: Path, *requirements: str) -> Path:
    """Distributions of PyPI for Debian's Python, in a folder."""
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(repacked.DEBIAN), "--no-deps"]
    run([*uv, "--link-mode", "copy", "--target", str(site), *requirements])
    return site


def _distribution(site: Path, name: str) -> Package:
    """An installed distribution as conda-build leaves it: ``conda`` is its installer."""
    wanted = name.lower().replace("-", "_").replace(".", "_")
    (info,) = [
        path
        for path in site.glob("*-info")
        if path.name.partition("-")[0].lower().replace(".", "_").replace("-", "_") == wanted
    ]
    version = info.name.rpartition(".")[0].partition("-")[2]
    listed = [
        line.rpartition(",")[0].rpartition(",")[0].strip('"') for line in (info / "RECORD").read_text().splitlines()
    ]
    binary = any(path.endswith(".so") for path in listed)
    top = SITE if binary else "site-packages"
    own = f"{top}/{info.name}"
    files: dict[str, Content] = {}
    for path in listed:
        if not path.startswith("..") and not path.endswith(".pyc") and (site / path).is_file():
            files[f"{top}/{path}"] = site / path
    for name_ in ("direct_url.json", "REQUESTED", "uv_cache.json", "uv_build.json"):
        files.pop(f"{own}/{name_}", None)
    files[f"{own}/INSTALLER"] = "conda"
    files[f"{own}/RECORD"] = _record(files)
    depends = (ABI,) if binary else ("python",)
    if name == "pip":
        files |= {
            f"bin/{word}": Replaced(_SCRIPT.format(PLACEHOLDER, "pip._internal.cli.main")) for word in ("pip", "pip3")
        }
    build = f"py{PYTHON.replace('.', '')}_0" if binary else "pyhd8ed1ab_0"
    return Package(name.lower(), version, build, files, depends, None if binary else "python")


def _record(files: Mapping[str, Content]) -> str:
    """RECORD lists itself, too; what lies outside of site-packages is left out."""
    return "".join(f"{path.partition('site-packages/')[2]},,\n" for path in sorted(files) if "site-packages/" in path)


def _conda(carrier: Path) -> Package:
    """conda out of conda-lock's wheel, under its own name again."""
    vendored = carrier / "conda_lock" / "_vendor" / "conda"
    files: dict[str, Content] = {}
    for source in vendored.rglob("*"):
        if source.is_file() and source.suffix != ".pyc":
            data = source.read_bytes()
            own = f"{SITE}/conda/{source.relative_to(vendored)}"
            files[own] = data.replace(b"conda_lock._vendor.conda", b"conda").replace(
                b"conda_lock.vendor.conda", b"conda"
            )
    files[f"{SITE}/conda/shell/etc/profile.d/conda.sh"] = _HOOK
    files["etc/profile.d/conda.sh"] = _HOOK
    info = f"{SITE}/conda-{VERSION}.dist-info"
    files[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: conda\nVersion: {VERSION}\n"
    files[f"{info}/INSTALLER"] = "conda"
    files[f"{info}/RECORD"] = _record(files)
    for path in ("bin/conda", "condabin/conda"):
        files[path] = Replaced(_SCRIPT.format(PLACEHOLDER, "conda.cli"))
    return Package("conda", VERSION, f"py{PYTHON.replace('.', '')}_0", files, (ABI, *sorted(NEEDS)))


def module(name: str, version: str = "1.0", **changes: Any) -> Package:
    """A pure Python package whose RECORD lists all its files, so that ``pip uninstall`` leaves none."""
    made = python_module(name, version, **changes)
    files = dict(made.files)
    (record,) = [path for path in files if path.endswith("/RECORD")]
    files[record] = _record(files)
    return replace(made, files=files)


def native(name: str, version: str, depends: tuple[str, ...] = ("python",)) -> Package:
    """The like of `module`, built for one Python: its files lie where they are linked to."""
    made = module(name, version)
    return Package(
        name, version, "py_0", {f"lib/python{PYTHON}/{path}": data for path, data in made.files.items()}, depends
    )


def _packages(folder: Path, channels: Path) -> None:
    site = _lay_out(folder / "site", *(f"{name}=={version}" for name, version in NEEDS.items()), f"pip=={PIP}")
    carrier = _lay_out(folder / "carrier", CARRIER)
    libraries = [library(name) for name in ("openssl", "libgcc", "libblas", "zlib")]
    python = repacked.debians_python()
    tools = [*(_distribution(site, name) for name in (*NEEDS, "pip")), _conda(carrier)]
    tool = module(
        "lab-tool",
        extra={
            "python-scripts/lab-script": "#!/usr/bin/env python\nprint(42)\n",
            "site-packages/lab_tool_cli.py": "def main():\n    print(42)\n",
        },
        entry_points=("lab-tool = lab_tool_cli:main",),
    )
    plugin = module(
        "lab-plugin",
        extra={"site-packages/lab_plugin-1.0.dist-info/entry_points.txt": "[conda]\nlab-plugin = lab-plugin\n"},
        depends=("python", "conda"),
    )
    add(
        channels,
        CONDA_FORGE,
        python,
        repacked.made_python("3.10.13"),
        *libraries,
        *tools,
        tool,
        native("numpy", "1.26.4", (ABI, "libblas >=1.0,<2.0a0")),
        native("numpy", "1.25.0", (ABI, "libblas")),
        module("pandas", "2.2.0", depends=("python >=3.9", "numpy >=1.22.4", "lab-tool")),
        module("pandas", "2.1.0", depends=("python >=3.9", "numpy")),
        module("scipy", "1.11.0", depends=("python", "numpy <1.28")),
        module("matplotlib", "3.8.0", depends=("python", "numpy")),
        module("seaborn", "0.13", depends=("python", "pandas", "matplotlib")),
        module("cowsay", "6.0"),
        plugin,
        library("hdf5", "1.14", depends=("zlib >=1.0",)),
        # One takes the other's files: https://github.com/conda/conda/issues/13255
        Package("jpeg", "9e", files={"lib/libjpeg.so": b"jpeg 9e" * 9, "lib/libjpeg.so.9": b"nine" * 9}),
        Package("libjpeg-turbo", "2.1.4", files={"lib/libjpeg.so": b"turbo 2" * 11, "lib/libjpeg.so.8": b"eight" * 9}),
        Package("font-data", files={"fonts/lab.ttf": b"font" * 20}, noarch="generic"),
        *(library(name, "1.0", subdir=subdir) for name in ("hdf5", "libfoo") for subdir in ("osx-64", "linux-ppc64le")),
    )  # fmt: skip
    add(
        channels,
        MAIN,
        python,
        *libraries,
        *tools,
        native("numpy", "1.26.0", (ABI, "mkl")),
        library("mkl", "2023.1"),
        library("hdf5", "1.12"),
        library("libmain"),
        module("pandas", "2.0.0", depends=("python", "numpy")),
        module("anaconda", "2024.02", build="py_0"),
    )
    add(channels, BIOCONDA, library("samtools", depends=("zlib",)))
    for url, name in ((MSYS2, "libmsys"), (PYTORCH, "torch-lib"), (MIRROR, "libmirrored")):
        add(channels, url, library(name))
    add(channels, "https://repo.anaconda.com/pkgs/r", library("libr"))


# --- the proxy ---


@contextmanager
def _playing(channels: Path, certificates: Path) -> Iterator[str]:
    """The URL of a proxy that plays the channels' hosts; nothing goes out by it."""
    import trustme

    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(certificates))
    contexts: dict[str, ssl.SSLContext] = {}
    folders = sorted((path.name for path in channels.iterdir()), key=len, reverse=True)

    def context(host: str) -> ssl.SSLContext:
        if host not in contexts:
            contexts[host] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            authority.issue_cert(host).configure_cert(contexts[host])
        return contexts[host]

    class Proxy(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        host = ""

        def log_message(self, *arguments: object) -> None:
            pass

        def do_CONNECT(self) -> None:
            host = self.path.partition(":")[0]
            if host not in HOSTS and not host.endswith(".test"):
                self.send_error(502, "not played here")
                return
            self.send_response(200, "Connection established")
            self.end_headers()
            try:
                self.connection = context(host).wrap_socket(self.connection, server_side=True)
            except OSError:
                self.close_connection = True
                return
            self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
            self.host, self.close_connection = host, False

        def finish(self) -> None:
            super().finish()
            self.connection.close()  # the wrapped one is not the server's

        def do_HEAD(self) -> None:
            self.do_GET(body=False)

        def do_GET(self, body: bool = True) -> None:
            path = urllib.parse.unquote(self.path.partition("?")[0])
            if path.startswith("http://"):
                self.host, _, path = path[7:].partition("/")
                path = f"/{path}"
            if path.startswith("/t/"):  # a token
                path = f"/{path.split('/', 3)[3]}"
            full = self.host.partition(":")[0] + path
            flat = full.replace("/", "_")
            name = next((name for name in folders if flat.startswith(f"{name}_")), None)
            file = channels / name / full[len(name) + 1 :] if name else None
            data = file.read_bytes() if file and file.is_file() else None
            self.send_response(404 if data is None else 200)
            self.send_header("Content-Length", str(len(data or b"")))
            self.end_headers()
            if body and data:
                self.wfile.write(data)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


# --- the laboratory ---


@dataclass(frozen=True)
class Laboratory:
    """``base`` is an installation as Miniforge leaves it, ``channels`` are the folders behind the URLs.

    A test changes neither: it works on what `copy` or `create` made for it.
    """

    folder: Path
    proxy: str
    certificates: Path

    @property
    def base(self) -> Path:
        return self.folder / "miniforge3"

    @property
    def channels(self) -> Path:
        return self.folder / "channels"

    def environ(
        self, home: Path, base: Path | None = None, active: Path | None = None, **extra: str | None
    ) -> dict[str, str]:
        """A shell in which ``base`` is set up, and the environment ``active`` is."""
        base = base or self.base
        path = ["/usr/local/bin", "/usr/bin", "/bin"]
        path = [*([f"{active}/bin"] if active else []), f"{base}/condabin", *path]
        variables: dict[str, str | None] = {
            "HOME": str(home),
            "PATH": ":".join(path),
            "CONDA_EXE": f"{base}/bin/conda",
            "CONDA_PYTHON_EXE": f"{base}/bin/python",
            "CONDA_SHLVL": "1" if active else "0",
            "CONDA_PKGS_DIRS": str(self.folder / "pkgs"),
            "HTTPS_PROXY": self.proxy,
            "HTTP_PROXY": self.proxy,
            "NO_PROXY": "",
            "REQUESTS_CA_BUNDLE": str(self.certificates),
            "SSL_CERT_FILE": str(self.certificates),
        }
        if active:
            variables["CONDA_PREFIX"] = str(active)
            variables["CONDA_DEFAULT_ENV"] = "base" if active == base else active.name
        return clean_environ(**(variables | extra))

    def conda(
        self, *words: str, home: Path, base: Path | None = None, check: bool = True, **extra: str | None
    ) -> subprocess.CompletedProcess[str]:
        """Run conda. Nobody answers its questions: they are all yes; and it does not bring itself up to date."""
        home.mkdir(parents=True, exist_ok=True)
        answers: dict[str, str | None] = {"CONDA_ALWAYS_YES": "1", "CONDA_AUTO_UPDATE_CONDA": "0"}
        environ = self.environ(home, base, None, **(answers | extra))
        argv = [f"{base or self.base}/bin/conda", *words]
        done = subprocess.run(argv, env=environ, cwd=home, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0 or not check, f"{argv}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def create(self, prefix: Path, *words: str, **extra: Any) -> Patient:
        """An environment that conda makes now."""
        self.conda("create", "--quiet", "--prefix", str(prefix), *words, home=prefix.parent / "home", **extra)
        return patient_at(prefix)

    def alone(self) -> AbstractContextManager[None]:
        """Nobody else builds in the laboratory meanwhile."""
        return _alone(self.folder)

    def template(self, *words: str) -> Path:
        """An environment that conda made once: for `copy`, and to be looked at."""
        name = hashlib.sha256(" ".join(words).encode()).hexdigest()[:12]
        prefix = self.base / "envs" / name
        with _alone(self.folder):
            if not (self.folder / "made" / name).exists():
                shutil.rmtree(prefix, ignore_errors=True)
                self.conda("create", "--quiet", "--name", name, *words, home=self.folder / "home")
                write(self.folder / "made" / name, "")
        return prefix

    def copy(self, prefix: Path, *words: str) -> Patient:
        """An environment of one's own at ``prefix``, as conda makes it of ``words``."""
        return copy_prefix(self.template(*words), prefix)

    def copy_base(self, prefix: Path) -> Patient:
        """An installation of one's own at ``prefix``."""
        return copy_prefix(self.base, prefix)


def copy_prefix(template: Path, prefix: Path) -> Patient:
    """A copy by hard links; whatever text in it names the template names the copy, as if conda had made it there."""
    ignored = {str(template / "envs"), str(template / "pkgs")}
    shutil.copytree(
        template,
        prefix,
        symlinks=True,
        copy_function=link_or_copy,
        ignore=lambda folder, names: [name for name in names if f"{folder}/{name}" in ignored],
    )
    if (template / "envs").exists():
        (prefix / "envs").mkdir()
    changes = {bytes(template): bytes(prefix)}
    for folder in ("bin", "condabin", "etc/profile.d", "lib/pkgconfig", "conda-meta"):  # the records last
        for path in (prefix / folder).iterdir() if (prefix / folder).is_dir() else ():
            if path.is_symlink() or not path.is_file():
                continue
            data = path.read_bytes()
            made = data
            for old, new in changes.items() if not data.startswith(b"\x7fELF") else ():
                made = made.replace(old, new)
            if made != data or folder == "conda-meta":  # conda adds to the history in place
                write(path, made, path.stat().st_mode & 0o777)
                if folder != "conda-meta":  # a record has the hash of what stands in the prefix
                    changes[_sha256(data)] = _sha256(made)
    return patient_at(prefix)


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).hexdigest().encode()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else builds in ``folder`` meanwhile."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def place() -> Path:
    """Where this laboratory is kept: other sources make another one."""
    digest = hashlib.sha256()
    for source in (laboratory.__file__, repacked.__file__, __file__):
        digest.update(Path(source).read_bytes())
    cache = os.environ.get("ENVDOCTOR_TEST_CACHE") or Path.home() / ".cache" / "envdoctor-tests"
    return Path(cache, f"conda-{digest.hexdigest()[:12]}")


@contextmanager
def bring_up(certificates: Path) -> Iterator[Laboratory]:
    """The laboratory, built where it is not yet; ``certificates`` is the file for what the proxy is trusted by."""
    folder = place()
    with _alone(folder):
        built = (folder / "up").exists()
        if not built:
            _packages(folder / "work", folder / "channels")
            laboratory.index(folder / "channels")
    with _playing(folder / "channels", certificates) as proxy:
        lab = Laboratory(folder, proxy, certificates)
        if not built:
            _base(lab)
        (folder / "up").touch()
        _forget_old(folder)
        yield lab


def _base(lab: Laboratory) -> None:
    """What an installer leaves: made by conda itself, in an installation that rattler made."""
    with _alone(lab.folder):
        if (lab.folder / "up").exists():
            return
        first, wanted = lab.folder / "first", ["python", f"conda={VERSION}", "pip"]
        for stale in (first, lab.base):
            shutil.rmtree(stale, ignore_errors=True)
        cache = lab.folder / "rattler"
        laboratory.install(first, lab.channels, {CONDA_FORGE: wanted}, cache=cache, indexed=True)
        words = ("create", "--quiet", "--prefix", str(lab.base), "--override-channels", "--channel", "conda-forge")
        lab.conda(*words, *wanted, home=lab.folder / "home", base=first, CONDA_SOLVER="classic")
        history = lab.base / "conda-meta" / "history"
        lines = history.read_text().splitlines(keepends=True)
        text = "".join("# cmd: constructor\n" if line.startswith("# cmd:") else line for line in lines)
        write(history, text)
        write(lab.base / ".condarc", CONDARC)
        explicit = lab.conda("list", "--explicit", "--md5", "--prefix", str(lab.base), home=lab.folder / "home")
        write(lab.base / "conda-meta" / "initial-state.explicit.txt", explicit.stdout)
        (lab.base / "envs").mkdir(exist_ok=True)
        (lab.folder / "up").touch()


def _forget_old(folder: Path) -> None:
    """Laboratories that other sources made, and nobody has used for two days."""
    for other in folder.parent.glob("conda-*"):
        stamp = other / "up"
        if other != folder and stamp.exists() and time.time() - stamp.stat().st_mtime > 2 * 86_400:
            shutil.rmtree(other, ignore_errors=True)
