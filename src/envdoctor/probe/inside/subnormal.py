"""Runs inside the patient, by file path: maps files, each in a thread of its own, and says after which subnormal numbers are zero.

``subnormal.py COOKIE FILE ...``. The bits that a library sets when it is loaded are those of the thread that loads it, and a new thread
begins with those of the one that starts it: no file answers for another. Old syntax: see `collector`.
"""

import sys

_HERE = __file__.replace("\\", "/").rpartition("/")[0]
if sys.path and sys.path[0].replace("\\", "/") == _HERE:
    del sys.path[0]

# Whatever lies on the patient's path must not answer for the standard library, or for our own modules.
_SEEN = list(sys.path)
sys.path[:] = [_HERE]
import collector  # noqa: E402

sys.path[:] = [_HERE] + collector.stdlib_path()
import os  # noqa: E402
import threading  # noqa: E402

import loader  # noqa: E402

try:
    import ctypes
except Exception:  # built without libffi
    ctypes = None

sys.path[:] = _SEEN


def after(path, answer):
    """Puts into ``answer`` whether mapping the file sets the bits, or why it can't be mapped."""
    try:
        ctypes.CDLL(path)
    except Exception as error:
        answer["problem"] = str(error)
    answer["flushes"] = loader.flushes()


def main():
    cookie, paths = sys.argv[1], sys.argv[2:]
    loader._no_core_dumps()
    started = loader.flushes()
    answers = []
    for path in paths if ctypes is not None and not started else []:
        collector.say(cookie, "at", path)
        answer = {"path": path, "flushes": None, "problem": None}
        thread = threading.Thread(target=after, args=(path, answer))
        thread.start()
        thread.join()
        answers.append(answer)
    collector.say(cookie, "flushes", {"start": started, "files": answers})
    os._exit(0)


main()
