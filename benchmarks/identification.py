"""Milliseconds of a check-up that go into telling how Python was installed and which Python answers.

``python benchmarks/identification.py [PYTHON] [--assert]``: medians of fresh readings in one process, the imports timed
in processes of their own. With ``--assert`` the status is 1 where identification takes more than 5 ms.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

LIMIT = 5.0  # milliseconds
ROUNDS = 15
CHAIN = "envdoctor.origin, envdoctor.probe.prefix.installation"
NEIGHBOURHOOD = "envdoctor.probe.path.whole, envdoctor.probe.jupyter"
TIMED = """
import time
import msgspec, envdoctor.facts, envdoctor.probe.world, envdoctor.probe.prefix.prefix, envdoctor.data, json, re
began = time.perf_counter()
import {names}
print(time.perf_counter() - began)
"""


def median(work: Callable[[], object]) -> float:
    """Milliseconds, of ``ROUNDS`` runs."""
    seconds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds) * 1000


def importing(names: str) -> float:
    """Milliseconds for the modules alone, bytecode cached, beyond what a check-up imports anyway."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    command = [sys.executable, "-c", TIMED.format(names=names)]
    runs = [subprocess.run(command, env=environ, capture_output=True, text=True, check=True) for _ in range(ROUNDS + 1)]
    return statistics.median(float(run.stdout) for run in runs[1:]) * 1000


def rows(python: str) -> list[tuple[str, float]]:
    """What is done, and its milliseconds."""
    import msgspec

    from envdoctor.facts import Interpreter
    from envdoctor.origin import identify
    from envdoctor.probe import environment, jupyter
    from envdoctor.probe.choose import Surroundings, named
    from envdoctor.probe.interrogation import Interrogation
    from envdoctor.probe.packages import whole as packages
    from envdoctor.probe.path import whole as path
    from envdoctor.probe.path.resolve import CommandResolver
    from envdoctor.probe.prefix import installation, prefix
    from envdoctor.probe.world import this_world

    world, around = this_world(), Surroundings()
    choice = named(python, around)
    interview = Interrogation(choice.executable, 10.0, around.environ)
    try:
        interpreter = msgspec.convert(interview.who(), Interpreter)
    finally:
        interview.close()
    here = prefix.read(world, choice.prefix, choice.executable)
    distributions = packages.read(world, interpreter.sys_path)
    variables, system = environment.read_environment(world), environment.read_system(world)
    places = installation.read(world, here, interpreter, distributions)
    resolver = CommandResolver(world, path.path_folders(world))
    neighbourhood = path.read(world, resolver)
    return [
        ("the chain's imports", importing(CHAIN)),
        ("the chain's files", median(lambda: installation.read(world, here, interpreter, distributions))),
        ("the chain's kinds", median(lambda: identify(places, variables, interpreter, system))),
        ("its neighbourhood's imports", importing(NEIGHBOURHOOD)),
        (
            "PATH, while Python starts",
            median(lambda: path.read(world, CommandResolver(world, path.path_folders(world)))),
        ),
        ("kernels", median(lambda: jupyter.read(world, here.path, interpreter, neighbourhood.jupyter, resolver))),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description="Time the identification of how Python was installed.")
    parser.add_argument("python", nargs="?", default=sys.executable)
    parser.add_argument("--assert", action="store_true", dest="strict", help="status 1 above 5 ms")
    arguments = parser.parse_args()
    table = rows(arguments.python)
    for label, milliseconds in table:
        print(f"{label:28}{milliseconds:6.2f} ms")
    identification = sum(milliseconds for label, milliseconds in table if label.startswith("the chain's"))
    print(f"{'identification':28}{identification:6.2f} ms, at most {LIMIT:g}")
    return 1 if arguments.strict and identification > LIMIT else 0


if __name__ == "__main__":
    sys.exit(main())
