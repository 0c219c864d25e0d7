"""Runs inside the patient, by file path: says who the patient is, then loads what `loader` loads.

Standard library only, and syntax that Python 2.7 and 3.6 read as well as 3.15: the patient may be
any of them. No ``json``: a stray ``json.py`` on PYTHONPATH is one of the diseases.
"""

import sys

# The script's own folder comes first on sys.path, unless -I or -P; it must not answer for the patient.
_HERE = __file__.replace("\\", "/").rpartition("/")[0]
if sys.path and sys.path[0].replace("\\", "/") == _HERE and __name__ == "__main__":
    del sys.path[0]

import os  # noqa: E402

CONFIG = (
    "prefix",
    "Py_DEBUG",
    "Py_GIL_DISABLED",
    "EXT_SUFFIX",
    "SOABI",
    "MULTIARCH",
    "PYTHONFRAMEWORK",
    "MACOSX_DEPLOYMENT_TARGET",
    "LDVERSION",
    "VERSION",
    "HOST_GNU_TYPE",
    "PYTHON_BUILD_STANDALONE",
)
FLAGS = (
    "isolated",
    "no_user_site",
    "no_site",
    "ignore_environment",
    "dont_write_bytecode",
    "optimize",
    "utf8_mode",
    "safe_path",
)


def dumps(value):
    """JSON in ASCII, of None, booleans, numbers, strings, lists, tuples and dictionaries with string keys."""
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, dict):
        return "{" + ",".join([dumps(str(key)) + ":" + dumps(value[key]) for key in value]) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join([dumps(item) for item in value]) + "]"
    if isinstance(value, bytes):  # a Python 2 str
        value = value.decode("utf-8", "replace")
    return '"' + "".join([_escape(character) for character in value]) + '"'


def _escape(character):
    number = ord(character)
    if character in '"\\':
        return "\\" + character
    if 32 <= number < 127:
        return character
    if number > 0xFFFF:
        number -= 0x10000
        return "\\u%04x\\u%04x" % (0xD800 + (number >> 10), 0xDC00 + (number & 0x3FF))
    return "\\u%04x" % number


def say(cookie, section, value):
    """One fenced record on standard output, written past whatever ``sys.stdout`` has become."""
    data = ("\n" + cookie + dumps({"section": section, "value": value}) + cookie + "\n").encode("ascii")
    while data:
        data = data[os.write(1, data) :]


def stdlib_path():
    """The entries of sys.path that are the standard library's: nothing else may answer our imports."""
    home = os.path.dirname(os.__file__)
    parent = os.path.dirname(home)
    kept = [home, os.path.join(home, "lib-dynload")]
    for entry in sys.path:
        base = os.path.basename(entry)
        is_zip = base.startswith("python") and base.endswith(".zip")
        if (
            entry == home
            or base in ("lib-dynload", "lib_pypy", "DLLs")
            or is_zip
            or (base.startswith("lib-python") or entry == parent + "/lib_pypy")
        ):
            kept.append(entry)
    return kept


def collect():
    """What sys, sysconfig and site say; every part for itself, so that one broken module costs one part."""
    seen = list(sys.path)
    sys.path[:] = stdlib_path()
    try:
        return _collect(seen)
    finally:
        sys.path[:] = seen


def _collect(seen):
    config, paths = {}, {}
    try:
        import sysconfig

        for name in CONFIG:
            value = sysconfig.get_config_var(name)
            config[name] = value if isinstance(value, int) or value is None else str(value)
        paths = dict(sysconfig.get_paths())
    except Exception as error:
        config = {"error": repr(error)}
    implementation = getattr(sys, "implementation", None)
    info = getattr(implementation, "version", sys.version_info)
    suffixes = extension_suffixes()
    user_site, user_site_enabled = _user_site()
    name = getattr(implementation, "name", "cpython")
    machine, release, version, system = _uname()
    return {
        "executable": sys.executable,
        "prefix": sys.prefix,
        "base_prefix": getattr(sys, "base_prefix", getattr(sys, "real_prefix", sys.prefix)),
        "exec_prefix": sys.exec_prefix,
        "version": _version(sys.version_info),
        "python_version": "%d.%d" % tuple(sys.version_info[:2]),
        "implementation": name,
        "implementation_version": _version(info),
        "platform": sys.platform,
        "machine": machine,
        "pointer_bits": 64 if sys.maxsize > 2**32 else 32,
        "sys_path": [str(entry) for entry in seen],
        "flags": dict((flag, int(getattr(sys.flags, flag))) for flag in FLAGS if hasattr(sys.flags, flag)),
        "paths": paths,
        "config": config,
        "extension_suffixes": suffixes,
        "absent": absent() if name == "cpython" else [],
        "user_site": user_site,
        "user_site_enabled": user_site_enabled,
        "gil_disabled": bool(config.get("Py_GIL_DISABLED")),
        "build": sys.version,
        "markers": {
            "implementation_name": name,
            "implementation_version": _version(info),
            "os_name": os.name,
            "platform_machine": machine,
            "platform_release": release,
            "platform_system": system,
            "platform_version": version,
            "python_full_version": _version(sys.version_info),
            "platform_python_implementation": {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalVM"}.get(
                name, name
            ),
            "python_version": "%d.%d" % tuple(sys.version_info[:2]),
            "sys_platform": sys.platform,
        },
    }


# Compiled modules that a Python built where their headers were missing goes without (CPython: Modules/Setup, configure.ac).
COMPILED = ("_bz2", "_ctypes", "_hashlib", "_lzma", "_sqlite3", "_ssl", "zlib")


def absent():
    """Which of `COMPILED` this Python has nowhere; empty where its folders can't be listed, and for other makes."""
    if "__pypy__" in sys.builtin_module_names or sys.version_info[0] < 3:
        return []
    found, listed = set(sys.builtin_module_names), 0
    for entry in stdlib_path():
        try:
            names = os.listdir(entry)
        except OSError:
            continue
        compiled = [name.split(".")[0] for name in names if name.endswith((".so", ".pyd"))]
        listed += len(compiled)
        found.update(compiled)
    return [name for name in COMPILED if name not in found] if listed else []


def extension_suffixes():
    """The ends of extension modules' names, in the import system's order of preference."""
    try:
        from _imp import extension_suffixes

        return list(extension_suffixes())
    except ImportError:
        pass
    try:  # Python 2
        import imp

        return [suffix for suffix, _, kind in imp.get_suffixes() if kind == imp.C_EXTENSION]
    except Exception:
        return []


def _version(info):
    text = "%d.%d.%d" % tuple(info[:3])
    kind = {"alpha": "a", "beta": "b", "candidate": "rc"}.get(info[3])
    return text + kind + str(info[4]) if kind else text


def _user_site():
    site = sys.modules.get("site")
    if site is None or not hasattr(site, "getusersitepackages"):
        return None, None
    try:
        return site.getusersitepackages(), bool(site.ENABLE_USER_SITE)
    except Exception:
        return None, None


def _uname():
    if hasattr(os, "uname"):
        uname = os.uname()
        return uname[4], uname[2], uname[3], uname[0]
    import platform

    return platform.machine(), platform.release(), platform.version(), platform.system()


def main():
    cookie, threadpoolctl = sys.argv[1], sys.argv[2]
    say(cookie, "collector", collect())
    seen = list(sys.path)
    sys.path[:] = stdlib_path() + [_HERE]
    import loader

    def report(section, value):
        say(cookie, section, value)

    report("loader", loader.load(seen, extension_suffixes(), threadpoolctl, report))
    os._exit(0)  # the patient's exit handlers are none of our business


if __name__ == "__main__":
    main()
