"""Where the probe reads from: roots are arguments, so a fixture tree serves as well as a machine."""

import os
import stat
import sys
from collections.abc import Mapping

from msgspec import Struct

from envdoctor.ecosystem import paths
from envdoctor.facts.base import Missing
from envdoctor.privacy.redact import Redactor, secrets

last_read = [""]  # the path, for who has to say what a reading hangs at


class World(Struct, frozen=True, kw_only=True):
    """The machine as seen by the probe.

    ``root`` stands for ``/`` (a fixture tree in tests), ``home`` and ``cwd`` are absolute paths
    inside it, ``environ`` is the start-up environment, ``platform`` is ``sys.platform``'s word. ``unread`` grows: the
    compiled files of one patient that are there and could not be read, each with what the system said. So do ``folders``,
    those whose real path was asked for, and ``listings``, what is in those on PATH.
    """

    root: str = "/"
    home: str
    cwd: str
    environ: Mapping[str, str]
    platform: str = sys.platform
    unread: dict[str, Exception] = {}
    folders: dict[str, str] = {}
    listings: dict[str, frozenset[str] | OSError] = {}

    def refused(self, path: str, error: Exception) -> Missing:
        """Note that a compiled file can't be read, so that nobody takes it for one that has nothing to tell."""
        if not isinstance(error, (FileNotFoundError, NotADirectoryError)):
            self.unread.setdefault(path, error)
        return Missing(reason(error, path))

    def real(self, path: str) -> str:
        """Where ``path``, absolute inside this world, lies on the disk."""
        if self.root == "/":
            return path
        if paths.windows(path):  # a drive is a folder of the tree
            return os.path.join(self.root, *paths.parts(path))
        return os.path.join(self.root, path.lstrip("/"))

    def read(self, path: str, limit: int = 4_000_000) -> bytes | None | Missing:
        """The first ``limit`` bytes of a file; ``None`` if there is none, `Missing` if it can't be read."""
        last_read[0] = path
        try:
            # O_NONBLOCK: a FIFO standing where a file should be must not hold the doctor.
            fd = os.open(self.real(path), os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError) as error:
            return Missing(reason(error, path))
        try:
            chunks = []
            while limit > 0 and (chunk := os.read(fd, min(limit, 1 << 20))):
                chunks.append(chunk)
                limit -= len(chunk)
            if not chunks and stat.S_ISFIFO(os.fstat(fd).st_mode):
                return Missing(f"{path}: no file, but a pipe")
            return b"".join(chunks)
        except OSError as error:
            return Missing(reason(error, path))
        finally:
            os.close(fd)

    def text(self, path: str, limit: int = 4_000_000) -> str | None | Missing:
        """As `read`, decoded by its byte order mark, else as UTF-8, with what is neither replaced."""
        data = self.read(path, limit)
        return text_of(data) if isinstance(data, bytes) else data

    def names(self, path: str) -> list[str] | None | Missing:
        """The sorted names in a directory; ``None`` if there is none, `Missing` if it can't be listed."""
        last_read[0] = path
        try:
            return sorted(os.listdir(self.real(path)))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError) as error:
            return Missing(reason(error, path))

    def listed(self, path: str) -> frozenset[str]:
        """The names in a directory of PATH, where many programs are looked for, read once. Raises `OSError`."""
        found = self.listings.get(path)
        if found is None:
            try:
                found = frozenset(os.listdir(self.real(path)))
            except (OSError, ValueError) as error:
                found = error if isinstance(error, OSError) else OSError(str(error))
            self.listings[path] = found
        if isinstance(found, OSError):
            raise found
        return found

    def resolve(self, path: str) -> str:
        """``path`` with all links followed, as far as it goes; absolute links stay inside this world."""
        if self.root == "/":
            try:
                return self._resolved(path)
            except (OSError, ValueError):  # a name that this locale can't spell
                return os.path.normpath(path)
        if paths.windows(path):
            return paths.without_end(path)
        done, hops = "", 0
        left = [part for part in path.split("/") if part not in ("", ".")]
        while left:
            part = left.pop(0)
            if part == "..":
                done = done.rpartition("/")[0]
                continue
            real = self.real(f"{done}/{part}")
            if hops < 40 and os.path.islink(real):
                hops += 1
                target = os.readlink(real)
                done = "" if target.startswith("/") else done
                left = [piece for piece in target.split("/") if piece not in ("", ".")] + left
            else:
                done = f"{done}/{part}"
        return done or "/"

    def _resolved(self, path: str) -> str:
        """As ``os.path.realpath``, which looks at every folder above each time. Raises as that does."""
        folder, _, name = path.rpartition("/")
        if os.sep != "/" or path[:1] != "/" or name in ("", ".", "..") or os.path.islink(path):
            return os.path.realpath(path)
        real = self.folders.get(folder)
        if real is None:
            real = self.folders[folder] = os.path.realpath(folder or "/")
        return f"{real.rstrip('/')}/{name}"

    def exists(self, path: str) -> bool:
        return os.path.exists(self.real(path if self.root == "/" else self.resolve(path)))

    def stands(self, path: str) -> bool:
        """Whether there is anything of this name, be it a link that leads nowhere."""
        return os.path.lexists(self.real(path))

    def is_file(self, path: str) -> bool:
        return os.path.isfile(self.real(path))

    def is_dir(self, path: str) -> bool:
        return os.path.isdir(self.real(path))


# What a text begins with that is no plain UTF-8. PowerShell 5.1 writes UTF-16 by ``>`` (about_Character_Encoding).
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def text_of(data: bytes) -> str:
    """The text of a file, whoever wrote it: by its byte order mark, else as UTF-8."""
    encoding = next((encoding for mark, encoding in MARKS if data.startswith(mark)), "utf-8")
    return data.decode(encoding, "replace")


def reason(error: Exception, path: str) -> str:
    """One line that names the fault and the file."""
    what = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"{path}: {what}"


def this_world() -> World:
    """The machine envdoctor runs on."""
    try:
        cwd = os.getcwd()
    except OSError:  # the working directory has been deleted
        cwd = os.sep
    return World(home=os.path.expanduser("~"), cwd=cwd, environ=dict(os.environ))


def redactor(world: World) -> Redactor:
    """What takes this user's home and names, and the host's name, out of a document."""
    user = world.environ.get("USER") or world.environ.get("LOGNAME") or world.environ.get("USERNAME") or _account()
    host = os.uname().nodename if hasattr(os, "uname") else world.environ.get("COMPUTERNAME", "")
    names = (world.environ.get(name, "") for name in ("JUPYTERHUB_USER", "SUDO_USER", "LOGNAME", "NB_USER"))
    return Redactor(world.home, user, host, names, secrets(world.environ))


def _account() -> str:
    """The user's name where no variable tells it, as in many containers; empty where nobody knows."""
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        return ""
