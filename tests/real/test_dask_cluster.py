"""A real Dask cluster of several processes: who differs, who hangs and who dies is named, and the cluster works on.

20 seconds: a scheduler, two workers with a nanny, four odd ones.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.patients import clean_environ

pytest.importorskip("distributed")
pytestmark = [pytest.mark.real, pytest.mark.posix]

DEADLINE = 6
HANGS = "import os, time\nif os.path.exists({marker!r}):\n    time.sleep(600)\n"
USE = (
    "import sys, warnings\nwarnings.simplefilter('ignore')\nfrom distributed import Client\n"
    "with Client(scheduler_file=sys.argv[1], timeout=20) as client:\n    print(client.submit(sum, [1, 2, 3], workers=sys.argv[2]).result(20))\n"
)


class Cluster:
    """A scheduler whose file is ``file``, and workers of several environments."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "scheduler.json"
        self.marker = folder / "hang"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, what: str, *words: str, **environ: str) -> None:
        command = [sys.executable, "-m", "dask", what, "--scheduler-file", str(self.file), *words]
        with open(self.folder / f"{len(self.processes)}.log", "wb") as log:
            name = words[words.index("--name") + 1] if "--name" in words else what
            self.processes[name] = subprocess.Popen(
                command, env=clean_environ(**environ), stdout=log, stderr=log, cwd=self.folder
            )

    def worker(self, name: str, *words: str, **environ: str) -> None:
        common = ("--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1", "--memory-limit", "500MiB")
        self.start("worker", *common, "--name", name, *words, **environ)

    def wait_for(self, count: int) -> None:
        code = (
            "import sys, warnings\nwarnings.simplefilter('ignore')\nfrom distributed import Client\n"
            "with Client(scheduler_file=sys.argv[1], timeout=60) as client: client.wait_for_workers(int(sys.argv[2]), timeout=60)"
        )
        words = [sys.executable, "-c", code, str(self.file), str(count)]
        subprocess.run(words, check=True, capture_output=True, timeout=120, env=clean_environ())

    def fleet(self, *words: str) -> tuple[int, dict[str, object], float]:
        began = time.monotonic()
        command = [sys.executable, "-m", "envdoctor", "fleet", "--dask", str(self.file), "--format", "json", *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=clean_environ(), check=False)
        assert done.stderr == "" and done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout), time.monotonic() - began

    def shown(self) -> str:
        """What a notebook shows: text, the page, and the same for an asynchronous client."""
        code = (
            "import sys, asyncio, warnings\nwarnings.simplefilter('ignore')\nimport envdoctor\nfrom distributed import Client\n"
            "with Client(scheduler_file=sys.argv[1], timeout=20) as client:\n    report = envdoctor.fleet(client)\n"
            "    print(report, repr(report), '</table>' in report._repr_html_(), report.to_dict()['machines'])\n"
            "async def later():\n    async with Client(scheduler_file=sys.argv[1], timeout=20, asynchronous=True) as client:\n"
            "        return await envdoctor.fleet(client, select=['FLT'])\nprint(repr(asyncio.run(later())))\n"
        )
        words = [sys.executable, "-c", code, str(self.file)]
        return subprocess.run(words, capture_output=True, text=True, timeout=60, env=clean_environ(), check=True).stdout

    def use(self, worker: str) -> str:
        words = [sys.executable, "-c", USE, str(self.file), worker]
        return subprocess.run(words, capture_output=True, text=True, timeout=60, env=clean_environ(), check=True).stdout

    def close(self) -> None:
        for process in self.processes.values():
            for each in [*psutil.Process(process.pid).children(recursive=True)] if process.poll() is None else []:
                each.kill()
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path)
    made.start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    try:
        yield made
    finally:
        made.close()


def numpy_in(folder: Path, version: str) -> str:
    words = ["-m", "uv", "pip", "install", "-q", "--no-deps", "--target", str(folder), "--python", sys.executable]
    subprocess.run([sys.executable, *words, f"numpy=={version}"], check=True, timeout=120)
    return str(folder)


def kill_once_it_is_asked(process: "subprocess.Popen[bytes]") -> None:
    """Kill a worker that is being asked: it has started a child to read its files."""
    for _ in range(600):
        if any("<envdoctor>" in " ".join(child.cmdline()) for child in psutil.Process(process.pid).children()):
            process.kill()
            return
        time.sleep(0.05)


def concerned(document: dict[str, object], code: str) -> set[str]:
    findings = document["findings"]
    assert isinstance(findings, list)
    return {name for finding in findings if finding["code"] == code for name in finding["members"]}


def left_running() -> list[str]:
    return [
        " ".join(each.info["cmdline"])
        for each in psutil.process_iter(["cmdline"])
        if "<envdoctor>" in (each.info["cmdline"] or [])
    ]


def test_odd_workers_are_named_and_a_healthy_cluster_is_left_in_peace(cluster: Cluster, tmp_path: Path) -> None:
    usual, old = numpy_in(tmp_path / "usual", "2.2.6"), numpy_in(tmp_path / "old", "2.1.3")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(HANGS.format(marker=str(cluster.marker)), encoding="utf-8")
    cluster.worker("w", "--nworkers", "2", PYTHONPATH=usual)
    cluster.wait_for(2)

    status, document, _ = cluster.fleet()
    harmful = [finding for finding in document["findings"] if finding["severity"] != "info"]  # type: ignore[attr-defined]
    assert (status, harmful, document["missing"], document["machines"]) == (0, [], [], 4)

    shown = cluster.shown()
    assert shown.count("<FleetReport: 4 machines, ") == 2 and " True 4\n" in shown

    cluster.worker("old", "--no-nanny", PYTHONPATH=old)
    cluster.worker("eight", "--no-nanny", PYTHONPATH=usual, OMP_NUM_THREADS="8")
    for name in ("hangs", "dies"):
        cluster.worker(name, "--no-nanny", PYTHONPATH=os.pathsep.join([str(tmp_path / "site"), usual]))
    cluster.wait_for(6)
    cluster.marker.touch()
    killer = threading.Thread(target=kill_once_it_is_asked, args=(cluster.processes["dies"],))
    killer.start()
    status, document, seconds = cluster.fleet("--timeout", str(DEADLINE))
    killer.join()

    assert status == 1
    assert concerned(document, "FLT008") == {"hangs", "dies"}
    assert concerned(document, "FLT002") == {"old"}
    assert "eight" in concerned(document, "FLT007") and "w-0" not in concerned(document, "FLT007")
    assert seconds < 100  # however busy this machine is: the one that hangs does so for 600
    assert left_running() == []
    assert cluster.use("w-0") == cluster.use("hangs") == "6\n"


@pytest.mark.slow
def test_a_running_computation_is_not_delayed(cluster: Cluster, tmp_path: Path) -> None:
    """The longest pause of a task that counts milliseconds, and of the worker's event loop."""
    cluster.worker("w", "--nworkers", "1", PYTHONPATH=numpy_in(tmp_path / "usual", "2.2.6"))
    cluster.wait_for(1)
    code = (
        "import sys, time, warnings, subprocess\nwarnings.simplefilter('ignore')\nfrom distributed import Client\n"
        "def count(seconds):\n    import time\n    end, last, worst = time.time() + seconds, time.time(), 0\n"
        "    while time.time() < end:\n        time.sleep(0.001)\n        now = time.time()\n"
        "        worst, last = max(worst, now - last), now\n    return worst\n"
        "with Client(scheduler_file=sys.argv[1], timeout=20) as client:\n"
        "    alone = client.submit(count, 5, pure=False).result()\n    running = client.submit(count, 8, pure=False)\n"
        "    subprocess.run([sys.executable, '-m', 'envdoctor', 'fleet', '--dask', sys.argv[1]], stdout=subprocess.DEVNULL)\n"
        "    print(alone, running.result())\n"
    )
    words = [sys.executable, "-c", code, str(cluster.file)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, env=clean_environ(), check=True)
    alone, asked = map(float, done.stdout.split())
    assert asked - alone < 0.1, (alone, asked)


def test_where_no_scheduler_is_the_address_is_named(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "envdoctor", "fleet", "--dask", "tcp://127.0.0.1:9", "--timeout", "2"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=clean_environ(), check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("envdoctor: --dask tcp://127.0.0.1:9: ")
