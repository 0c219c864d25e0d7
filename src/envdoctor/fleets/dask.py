"""The workers, the scheduler and the client of a Dask cluster, each asked by itself and with a deadline.

`distributed` is imported when it is asked for. What is executed on a cluster is all in this module:
``eval``, a function that every Python has, is sent by reference with a text, so that another Python there runs no garbage.
The text starts a thread and returns at once: neither the event loop of a worker nor its tasks wait for us. The thread
reads what is in memory; files are read by a child of the worker (`envdoctor.probe.inside.alone`).
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from envdoctor import __version__
from envdoctor.facts.document import RecordingError
from envdoctor.facts.recording import load
from envdoctor.fleets.groups import Gathering
from envdoctor.probe.alone import program

AT_ONCE = 64  # workers that are asked at a time
FIRST_LOOK, LOOK_AGAIN = 0.2, 0.4  # seconds
JOB = "Dask"
# A namespace of its own, kept between the two requests in a module that is taken away with the answer.
_BEGIN = """
(lambda sys, types: (lambda module: (
    exec(compile({boot!r}, "<envdoctor>", "exec"), module.__dict__),
    module.start({source!r}, {address!r}, {role!r}, {deadline!r}),
)[1])(sys.modules.setdefault("_envdoctor_asked", types.ModuleType("_envdoctor_asked"))))(__import__("sys"), __import__("types"))
"""
_BOOT = """
import threading, time, os
running = globals().setdefault("running", {})

def start(source, address, role, deadline):
    number = "%s %d-%d" % (address, os.getpid(), time.time() * 1e6)
    running[number] = None
    threading.Thread(target=work, args=(number, source, address, role, deadline), name="envdoctor", daemon=True).start()
    return number

def work(number, source, address, role, deadline):
    try:
        space = {"__name__": "envdoctor_asked"}
        exec(compile(source, "<envdoctor>", "exec"), space)
        running[number] = space["asked"](source, address, role, deadline)
    except BaseException as error:
        running[number] = '{"failed": "%s"}' % type(error).__name__
    for _ in range(60):
        if number not in running:
            return
        time.sleep(0.5)
    running.pop(number, None)  # nobody has come for it
"""
_TAKE = """
(lambda sys: (lambda module: None if module is None or module.running.get({number!r}) is None else (
    module.running.pop({number!r}),
    None if module.running else sys.modules.pop("_envdoctor_asked", None),
)[0])(sys.modules.get("_envdoctor_asked")))(__import__("sys"))
"""
_WORKERS = """
(lambda kept: {address: str(state.name) for one in list(getattr(kept, "_instances", ())) for address, state in list(one.workers.items())})(
    getattr(__import__("sys").modules.get("distributed.scheduler"), "Scheduler", None))
"""

Ask = Callable[[str], Awaitable[Any]]


class NoClusterError(Exception):
    """No scheduler answers; the message says where."""


def connected(where: str, deadline: float) -> Gathering:
    """What the cluster of a scheduler answers; ``where`` is its address or its file.

    Raises ``ImportError`` without `distributed`, ``OSError`` and `NoClusterError` where no scheduler answers. TLS and security
    are as Dask's own configuration has them.
    """
    import logging
    import os
    import warnings

    import distributed
    from distributed import Client

    warnings.simplefilter("ignore")  # versions that differ are told by us …
    for name in ("distributed", "tornado", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # … and so is a worker that goes away

    async def whole() -> Gathering:
        address = {"scheduler_file": where} if os.path.isfile(where) else {"address": where}
        made: Any = Client
        async with made(**address, asynchronous=True, timeout=deadline, set_as_default=False) as client:
            return await gathered(client, deadline)

    try:
        return asyncio.run(whole())
    except (NoClusterError, OSError, TimeoutError):
        raise
    except Exception as error:
        raise NoClusterError(
            f"distributed {getattr(distributed, '__version__', '')}, which envdoctor runs with, can't talk to this scheduler, perhaps one of another "
            f"version ({type(error).__name__}: {error}): run envdoctor from the cluster's own environment"
        ) from None


async def gathered(client: Any, deadline: float) -> Gathering:
    """Everything that answers within ``deadline`` seconds; who does not is named, and not waited for.

    ``client`` is a ``distributed.Client``; the loop that it runs in is this one.
    """
    gathering = Gathering()

    async def of_scheduler(text: str) -> Any:
        return await client._run_on_scheduler(eval, text)

    try:
        workers: dict[str, str] = await asyncio.wait_for(of_scheduler(_WORKERS), deadline)
    except (OSError, TimeoutError) as error:
        raise NoClusterError(f"the scheduler does not answer within {deadline:g} s ({type(error).__name__})") from None
    job = f"{JOB} {client.scheduler.address}"
    source = program(__version__)
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(name: str, address: str, role: str, ask: Ask) -> None:
        async with gate:
            try:
                answer = await asyncio.wait_for(_asked(ask, source, address, role, deadline), deadline + 1)
            except TimeoutError:
                gathering.miss(name, f"no answer within {deadline:g} s")
                return
            except Exception as error:
                gathering.miss(name, _gone(error))
                return
        _take_in(gathering, name, answer, job)

    def of_worker(address: str) -> Ask:
        async def ask(text: str) -> Any:
            answers = await client._run(eval, text, workers=[address])
            if address not in answers:
                raise OSError("it has left the cluster")
            return answers[address]

        return ask

    everyone = [one(_called(name, address), address, "worker", of_worker(address)) for address, name in workers.items()]
    await asyncio.gather(
        one("scheduler", client.scheduler.address, "scheduler", of_scheduler),
        one("client", "", "client", _here),
        *everyone,
    )
    return gathering


async def _asked(ask: Ask, source: str, address: str, role: str, deadline: float) -> str:
    """The answer of one process: one request to begin, and others to see whether it is there."""
    begin = _BEGIN.format(
        boot=_BOOT, source=source, address=address, role=role, deadline=max(deadline - 1, deadline / 2)
    )
    number = await ask(begin.strip())
    await asyncio.sleep(FIRST_LOOK)
    while (answer := await ask(_TAKE.format(number=number).strip())) is None:
        await asyncio.sleep(LOOK_AGAIN)
    return str(answer)


async def _here(text: str) -> Any:
    """As the others are asked, in this process."""
    return eval(text, {})  # noqa: S307 # the text is ours


def _take_in(gathering: Gathering, name: str, answer: str, job: str) -> None:
    try:
        document = json.loads(answer)
        if "failed" in document:
            gathering.miss(name, str(document["failed"]))
            return
        document["facts"]["machine"]["job"] = job
        gathering.add(name, load(json.dumps(document), name))
    except (RecordingError, ValueError, KeyError, TypeError, RecursionError) as error:
        gathering.miss(name, f"its answer is not what was asked for ({type(error).__name__}: {error})"[:300])


def _called(name: str, address: str) -> str:
    """A worker's name; a bare number says little."""
    return f"worker {name}" if name.isdigit() else name or address


def _gone(error: Exception) -> str:
    words = str(error).strip().partition("\n")[0]
    return f"it went away while it was asked ({words[:200] or type(error).__name__})"
