"""Makes a recording by itself, where envdoctor is not installed: standard library only, Python 3.6 and newer.

`envdoctor.probe.alone` makes one file of this module, of `collector`, `loader` and `pools`, and of two tables: SETTINGS holds
the names of the variables that may be recorded and how launchers call theirs. What takes a whole envdoctor is
recorded as unknown. The same file is sent to the workers of a cluster as text: `asked` runs there, in a thread.
"""

import hashlib
import json
import os
import re
import sys
import time

WHY = "only envdoctor itself reads it"
UNREAD = ("project", "conda", "tools", "gpu", "installation", "path", "jupyter")
MOST = 4000000  # bytes of a file
LIVE = ("numpy", "pandas", "dask", "distributed", "cloudpickle", "pyarrow")  # whose version is a plain attribute


def text_of(path, most=MOST):
    """What a file holds; None where it can't be read."""
    try:
        with open(path, "rb") as file:
            return file.read(most).decode("utf-8", "surrogateescape")
    except (IOError, OSError, ValueError):
        return None


# --- packages ---


def normalised(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def packages(sys_path):
    """The distributions along sys.path, in its order: name, version, what they require."""
    found, unreadable = [], {}
    for entry in dict.fromkeys(sys_path):
        try:
            names = sorted(os.listdir(entry or "."))
        except OSError as error:
            if os.path.isdir(entry or "."):
                unreadable[entry] = str(error.strerror)
            continue
        for name in names:
            if name.endswith((".dist-info", ".egg-info")) and not name.startswith("~"):
                found.append(distribution(entry, name))
    return {"distributions": found, "unreadable": unreadable}


def distribution(entry, folder):
    path = os.path.join(entry, folder)
    egg = folder.endswith(".egg-info")
    inside = path if os.path.isfile(path) else os.path.join(path, "PKG-INFO" if egg else "METADATA")
    stem = folder.rpartition(".")[0].split("-")
    fields = headers(text_of(inside) or "")
    name = (fields.get("name") or [stem[0]])[0]
    version = (fields.get("version") or stem[1:2] or [None])[0]
    installer = (text_of(os.path.join(path, "INSTALLER"), 200) or "").strip() or None
    origin = {}
    try:
        origin = json.loads(text_of(os.path.join(path, "direct_url.json"), 20000) or "{}")
    except ValueError:
        pass
    editable = bool(isinstance(origin, dict) and isinstance(origin.get("dir_info"), dict) and origin["dir_info"].get("editable"))
    return {
        "name": name,
        "key": normalised(name),
        "version": {"missing": "the metadata can't be read"} if version is None else version,
        "location": entry,
        "path": path,
        "kind": "egg-info" if egg else "dist-info",
        "installer": installer,
        "requires": {"missing": WHY} if egg else fields.get("requires-dist", []),
        "extras": fields.get("provides-extra", []),
        "requires_python": (fields.get("requires-python") or [""])[0],
        "requested": os.path.exists(os.path.join(path, "REQUESTED")),
        "url": without_credentials(origin["url"]) if isinstance(origin, dict) and isinstance(origin.get("url"), str) else None,
        "editable": editable,
    }


def headers(text):
    """The fields above the description of a METADATA file, in small letters, each with its values."""
    fields = {}
    for line in text.split("\n"):
        if not line.strip():
            break
        name, colon, value = line.partition(":")
        if colon and not line.startswith((" ", "\t")):
            fields.setdefault(name.strip().lower(), []).append(value.strip())
    return fields


# --- the machine ---


def system():
    release = text_of("/etc/os-release", 20000) or text_of("/usr/lib/os-release", 20000) or ""
    fields = dict(line.split("=", 1) for line in release.split("\n") if "=" in line and not line.startswith("#"))
    uname = os.uname() if hasattr(os, "uname") else None
    return {
        "platform": sys.platform,
        "machine": uname.machine if uname else os.environ.get("PROCESSOR_ARCHITECTURE", ""),
        "release": uname.release if uname else "",
        "distribution": fields.get("ID", "").strip("\"'") or None,
        "distribution_version": fields.get("VERSION_ID", "").strip("\"'") or None,
    }


def cpu():
    """Processors, and how many of them this process may use; see `envdoctor.probe.machine.cpu`."""
    logical = os.cpu_count() or 1
    online = text_of("/sys/devices/system/cpu/online", 4096)
    if online:
        try:
            logical = sum(int((part.split("-") * 2)[1]) - int(part.split("-")[0]) + 1 for part in online.strip().split(","))
        except (ValueError, IndexError):
            pass
    affinity = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else logical
    quotas = [quota for quota in map(quota_of, groups("cpu")) if quota]
    quotas.sort(key=lambda quota: quota["cpus"])
    model, features = None, {"missing": WHY}
    for line in (text_of("/proc/cpuinfo", 16384) or "").split("\n")[:-1]:
        name, _, value = line.partition(":")
        if name.strip() == "model name" and model is None:
            model = value.strip()
        elif name.strip() in ("flags", "Features") and isinstance(features, dict):
            features = value.split()
    ceiling = [int(-(-quota["cpus"] // 1)) for quota in quotas]
    return {
        "logical": logical,
        "physical": {"missing": WHY},
        "affinity": affinity,
        "quota": quotas[0]["cpus"] if quotas else None,
        "quotas": quotas,
        "usable": max(1, min([affinity] + ceiling)),
        "model": model,
        "features": features,
    }


def groups(controller):
    """The folders of this process's control group and of its ancestors, version 2 and 1."""
    found = []
    for line in (text_of("/proc/self/cgroup", 100000) or "").split("\n"):
        parts = line.split(":", 2)
        if len(parts) != 3:
            continue
        if parts[1] == "":
            root = "/sys/fs/cgroup"
        elif controller in parts[1].split(","):
            root = "/sys/fs/cgroup/" + controller
        else:
            continue
        path = parts[2].rstrip("/")
        while True:  # in a container the path may be the host's, and the group itself is mounted at the root
            found.append(root + path)
            if not path:
                break
            path = path.rpartition("/")[0]
    return found


def quota_of(folder):
    words = (text_of(folder + "/cpu.max", 100) or "").split()
    if len(words) == 2 and words[0].isdigit() and words[1].isdigit() and int(words[1]):
        return {"cpus": int(words[0]) / int(words[1]), "file": folder + "/cpu.max", "setting": " ".join(words)}
    quota = (text_of(folder + "/cpu.cfs_quota_us", 100) or "").strip()
    period = (text_of(folder + "/cpu.cfs_period_us", 100) or "").strip()
    if quota.isdigit() and period.isdigit() and int(period):
        return {"cpus": int(quota) / int(period), "file": folder + "/cpu.cfs_quota_us", "setting": quota + " " + period}
    return None


def memory():
    """The bytes that the machine and the control groups grant this process; None where nobody tells."""
    limits = []
    found = re.search(r"MemTotal:\s+(\d+) kB", text_of("/proc/meminfo", 4096) or "")
    if found:
        limits.append(int(found.group(1)) * 1024)
    for folder in groups("memory"):
        for name in ("/memory.max", "/memory.limit_in_bytes"):
            value = (text_of(folder + name, 100) or "").strip()
            if value.isdigit() and int(value) < 1 << 60:
                limits.append(int(value))
    return min(limits) if limits else None


def file_system(path):
    """The type of the file system that ``path`` lies on (nfs4, lustre, ext4); None where the system does not tell."""
    path, best, kind = os.path.realpath(path), -1, None
    for line in (text_of("/proc/self/mountinfo") or "").split("\n"):
        left, _, right = line.partition(" - ")
        fields = left.split(" ")
        if len(fields) < 5 or not right:
            continue
        point = fields[4].replace("\\040", " ")
        if (path == point or path.startswith(point.rstrip("/") + "/")) and len(point) >= best:
            best, kind = len(point), right.split(" ")[0]
    return kind


def limits():
    processes = None
    try:
        import resource

        soft = resource.getrlimit(resource.RLIMIT_NPROC)[0]
        processes = None if soft == resource.RLIM_INFINITY or os.getuid() == 0 else soft
    except Exception:
        processes = None
    tasks = []
    for folder in groups("pids"):
        value = (text_of(folder + "/pids.max", 100) or "").strip()
        if value.isdigit():
            tasks.append({"file": folder + "/pids.max", "maximum": int(value)})
    return {"processes": processes, "tasks": tasks}


def machine(label=None, names=False):
    """Who makes the recording; see `envdoctor.probe.machine.identity`, whose hash this is."""
    host = (os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")).partition(".")[0] or "localhost"
    salt = (text_of("/etc/machine-id", 100) or text_of("/proc/sys/kernel/random/boot_id", 100) or "").strip()
    if not salt:
        import uuid

        salt = str(uuid.getnode())
    hidden = "machine-" + hashlib.sha256(("envdoctor %s %s" % (salt, host)).encode("utf-8")).hexdigest()[:8]
    told = {"label": label or (host if names else hidden)}
    for launcher in SETTINGS["launchers"]:
        rank = number_in(launcher["rank"])
        if rank is not None:
            told["launcher"], told["rank"] = launcher["name"], rank
            told["local_rank"], told["ranks"] = number_in(launcher["local_rank"]), number_in(launcher["ranks"])
            break
    for launcher in SETTINGS["launchers"]:
        job = first_of(launcher["job"])
        if job and launcher["name"] in SETTINGS["managers"]:
            told["job"] = "%s %s" % (launcher["name"], job.partition(".")[0] if launcher["name"] == "PBS" else job)
            break
        if job and launcher["name"] == told.get("launcher"):
            told.setdefault("job", "%s %s" % (launcher["name"], hashlib.sha256(job.encode("utf-8", "replace")).hexdigest()[:8]))
    return told


def first_of(names):
    return next((os.environ[name] for name in names if os.environ.get(name)), "")


def number_in(names):
    value = first_of(names)
    return int(value) if value.isdigit() and len(value) < 10 else None


# --- Python ---


def variables(environ):
    """The variables that may be recorded; those that hold addresses of indexes, and so passwords, are left out."""
    kept = {}
    for name in sorted(environ):
        if name in SETTINGS["withheld"]:
            kept[name] = "<set>" if environ[name] else ""
        elif name in SETTINGS["variables"]:
            kept[name] = without_credentials(environ[name])
    return kept


def without_credentials(text):
    text = re.sub(r"(://)[^/\s@]*@", r"\1<redacted>@", text)
    return re.sub(r"(/t/)[^/\s]+", r"\1<redacted>", text)


def prefix():
    configuration = None
    settings = text_of(os.path.join(sys.prefix, "pyvenv.cfg"), 20000)
    if settings is not None:
        pairs = [line.partition("=") for line in settings.split("\n") if "=" in line]
        configuration = dict((name.strip().lower(), value.strip()) for name, _, value in pairs)
    home = (configuration or {}).get("home")
    return {
        "path": sys.prefix,
        "exists": True,
        "executable": sys.executable or "",
        "executable_exists": bool(sys.executable) and os.path.exists(sys.executable),
        "configuration": configuration,
        "home": home,
        "home_exists": os.path.isdir(home) if home else None,
        "conda_meta": os.path.isdir(os.path.join(sys.prefix, "conda-meta")),
        "site_packages": [entry for entry in sys.path if entry.endswith(("site-packages", "dist-packages"))],
    }


def blas(modules, told):
    """The libraries, as the loader's answer (`loader.load`) has them."""
    brought = [(package, name) for package, names in sorted((told.get("brought") or {}).items()) for name in names]
    libraries, openmp = [], []
    for pool in told.get("pools") or ():
        path = os.path.realpath(pool["filepath"])
        users = sorted(set(package for package, name in brought if os.path.realpath(name) == path))
        row = {"threads": pool.get("num_threads", {"missing": WHY}), "path": path, "used_by": users, "loaded": True}
        if pool["user_api"] == "openmp":
            runtime = re.split(r"[-.]", os.path.basename(path))[0]
            openmp.append(dict(row, runtime=runtime))
            continue
        libraries.append(
            dict(
                row,
                vendor=pool["internal_api"],
                version=pool.get("version"),
                threading_layer=pool.get("threading_layer"),
                architecture=pool.get("architecture"),
                integers=pool.get("integers"),
                maximum=pool.get("max_threads"),
                bytes=os.path.getsize(path) if os.path.exists(path) else None,
            )
        )
    errors = [
        {"package": row["package"], "extension": row["extension"], "message": row["message"]} for row in told.get("errors", ())
    ]
    examined = told.get("examined") or []
    return {
        "libraries": libraries,
        "openmp": openmp,
        "errors": errors,
        "examined": list(dict.fromkeys(row["package"] for row in examined)),
        "extensions": [row["extension"] for row in examined],
    }


def recording(modules, label=None, names=False):
    """The recording, of the Python that runs this; nothing of it is imported, its libraries are loaded."""
    collector, loader = modules["collector"], modules["loader"]
    interpreter = collector.collect()
    seen, said = list(sys.path), []
    sys.path[:] = collector.stdlib_path()
    modules["pools"]._threadpoolctl = no_threadpoolctl
    sys.modules["pools"] = modules["pools"]
    try:
        told = loader.load(seen, collector.extension_suffixes(), "", lambda section, value: said.append(value))
    finally:
        sys.path[:] = seen
        del sys.modules["pools"]
    return document(interpreter, packages(seen), blas(modules, told), "normal", label, names)


def no_threadpoolctl(folder):
    return None, "threadpoolctl is not asked here"


def document(interpreter, packed, libraries, mode, label=None, names=False):
    facts = {
        "recorded": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "start": {"mode": mode},
        "prefix": prefix(),
        "system": system(),
        "environment": {"variables": variables(os.environ)},
        "interpreter": interpreter,
        "cpu": cpu(),
        "packages": packed,
        "blas": libraries,
        "limits": limits(),
        "machine": machine(label, names),
    }
    for section in UNREAD:
        facts[section] = {"missing": WHY}
    if not facts["prefix"]["conda_meta"] and "conda" not in (os.environ.get("PATH") or ""):
        facts["conda"] = None
    patient = {
        "executable": sys.executable,
        "prefix": sys.prefix,
        "base_prefix": getattr(sys, "base_prefix", sys.prefix),
        "version": interpreter["version"],
        "implementation": interpreter["implementation"],
        "chosen": "the Python that ran the collector",
        "origin": [],
        "overlays": [],
    }
    return {
        "schema_version": "1.0",
        "tool": {"name": "envdoctor-collector", "version": SETTINGS["version"]},
        "patient": patient,
        "facts": facts,
    }


def redacted(value):
    """The same without the user's home and name, and without the host's."""
    home = os.path.expanduser("~")
    host = os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")
    user = os.environ.get("USER") or os.environ.get("USERNAME") or os.path.basename(home)
    words = [(re.compile(re.escape(home) + r"(?![\w-])"), "~")] if len(home) > 1 and home != "~" else []
    for name, word in ((host, "<host>"), (host.partition(".")[0], "<host>"), (user, "<user>"), (os.path.basename(home), "<user>")):
        if len(name) > 2 and name.lower() not in SETTINGS["common"]:
            words.append((re.compile(r"(?<![A-Za-z0-9_])" + re.escape(name) + r"(?![A-Za-z0-9_])", re.IGNORECASE), word))

    def copy(item):
        if isinstance(item, dict):
            return dict((copy(key), copy(held)) for key, held in item.items())
        if isinstance(item, (list, tuple)):
            return [copy(held) for held in item]
        if isinstance(item, str):
            for pattern, word in words:
                item = pattern.sub(lambda match, word=word: word, item)
        return item

    return copy(value)


def main(modules):
    """``python collect.py [-o FILE] [--label NAME] [--no-redact]``"""
    import argparse

    parser = argparse.ArgumentParser(description="Record this Python for envdoctor, without names; nothing is installed.")
    parser.add_argument("-o", "--output", metavar="FILE", help="where to; else standard output")
    parser.add_argument("--label", metavar="NAME", help="what this machine is called [a hash of the host's name]")
    parser.add_argument("--no-redact", action="store_true", help="leave your name, home and host in it")
    asked = parser.parse_args()
    whole = recording(modules, asked.label, asked.no_redact)
    text = json.dumps(whole if asked.no_redact else redacted(whole), indent=1) + "\n"
    if asked.output:
        with open(asked.output, "w") as file:
            file.write(text)
    else:
        sys.stdout.write(text)


# --- in a worker of a cluster ---

_CHILD = "import sys; del sys.path[0]; exec(compile(sys.stdin.buffer.read(), '<envdoctor>', 'exec'), {'__name__': 'envdoctor_child'})"


def asked(source, address, role, deadline):
    """The recording of the process that this thread belongs to, as JSON, or why there is none.

    What lies on disks is read by a child, which is ended after ``deadline`` seconds.
    """
    try:
        return json.dumps(_of_process(source, address, role, deadline))
    except BaseException as error:
        return json.dumps({"failed": "%s: %s" % (type(error).__name__, error)})


def _of_process(source, address, role, deadline):
    answer = _from_disk(source, deadline)
    if "failed" in answer:
        return answer
    facts = answer["facts"]
    facts["start"] = {"mode": "live"}
    for row in facts["packages"]["distributions"]:  # what is loaded counts, whatever lies on the disk by now
        if row["key"] in LIVE:  # of others even to ask for an attribute may run code
            version = getattr(sys.modules.get(row["key"]), "__version__", None)
            if isinstance(version, str):
                row["version"] = version
    loaded = {}
    pools = MODULES["pools"]
    pools._threadpoolctl = no_threadpoolctl
    for pool in pools.ask(MODULES["loader"].mapped, "")[0] or ():
        loaded[os.path.realpath(pool["filepath"])] = pool.get("num_threads")
    for row in facts["blas"]["libraries"] + facts["blas"]["openmp"]:
        if loaded.get(row["path"]) is not None:
            row["threads"] = loaded[row["path"]]
    facts["machine"]["role"] = role
    facts["machine"]["job"] = None
    for field in ("rank", "local_rank", "ranks", "launcher"):
        facts["machine"].pop(field, None)
    if role == "worker":
        facts["machine"]["worker"] = _worker(address)
    return answer


def _from_disk(source, deadline):
    import signal
    import subprocess

    child = subprocess.Popen(
        [sys.executable, "-B", "-c", _CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=os.name != "nt",
    )
    try:
        out = child.communicate((source + "\nanswer()\n").encode("utf-8"), timeout=deadline)[0]
    except subprocess.TimeoutExpired:
        return {"failed": "reading its files took more than %g s" % deadline}
    finally:
        try:
            if os.name != "nt":
                os.killpg(child.pid, signal.SIGKILL)
            else:
                child.kill()
        except OSError:
            pass
        child.stdout.close()
        child.wait()
    fence = out.split(b"\nenvdoctor:")
    if len(fence) != 3:
        return {"failed": "its Python ended with status %s before it had answered" % child.returncode}
    return json.loads(fence[1].decode("ascii"))


def _worker(address):
    """What this worker may use, by Dask's own objects; what they don't tell is left out."""
    kept = getattr(sys.modules.get("distributed.worker"), "Worker", None)
    workers = [worker for worker in list(getattr(kept, "_instances", ())) if getattr(worker, "address", None) == address]
    if not workers:
        return {"memory": memory()}
    worker = workers[0]
    state = getattr(worker, "state", worker)
    limit = getattr(getattr(worker, "memory_manager", worker), "memory_limit", None)
    folder = getattr(worker, "local_directory", None)
    resources = getattr(state, "total_resources", None)
    return {
        "threads": getattr(state, "nthreads", None),
        "memory_limit": int(limit) if limit else None,
        "memory": memory(),
        "local_directory": str(folder) if folder else None,
        "file_system": file_system(str(folder)) if folder else None,
        "nanny": getattr(worker, "nanny", None) is not None,
        "resources": dict((str(name), float(number)) for name, number in (resources or {}).items()),
        "gpu": _first_gpu(),
    }


def _first_gpu():
    """The identifier of the first GPU that CUDA shows this process; None where it uses none, or nobody tells."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is None and not any("libcuda.so" in path for path in MODULES["loader"].mapped() or ()):
        return None
    first = (visible or "0").split(",")[0].strip()
    if first.startswith(("GPU-", "MIG-")):
        return first
    found = []
    try:
        for folder in sorted(os.listdir("/proc/driver/nvidia/gpus")):
            told = text_of("/proc/driver/nvidia/gpus/%s/information" % folder, 10000) or ""
            uuid = re.search(r"GPU UUID:\s*(\S+)", told)
            found.append(uuid.group(1) if uuid else folder)
    except OSError:
        return None
    return found[int(first)] if first.isdigit() and int(first) < len(found) else None
