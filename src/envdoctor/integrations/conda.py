"""``conda doctor`` shows what envdoctor's rules for conda find: a plug-in, where envdoctor is installed in base.

conda imports this module at each of its commands, so nothing of envdoctor's is imported here: the check-up is a
process of its own, begun by ``conda doctor`` alone. What it finds, and whether it fails, leaves conda's status as it is
(https://docs.conda.io/projects/conda/en/stable/dev-guide/plugins/health_checks.html).
"""

from collections.abc import Iterator
from typing import Any

try:
    from conda import plugins
except ModuleNotFoundError:  # imported by another than conda
    plugins = None

DEADLINE = 120.0  # seconds


def report(prefix: str, verbose: bool = False) -> None:
    """Print the findings about the environment at ``prefix``, which conda names; the infos too where ``verbose``."""
    import json
    import subprocess
    import sys

    from envdoctor.privacy.text import clean

    # `-P`: a module of the working directory's is none of ours.
    argv = [sys.executable, "-P", "-m", "envdoctor", "check", "--python", prefix, "--select", "CON", "--format", "json"]
    print("envdoctor's rules for conda:\n")
    try:
        done = subprocess.run(
            argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=DEADLINE, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"❔ could not be checked: {clean(str(error))}\n")
        return
    try:
        shown = _lines(json.loads(done.stdout)["findings"], prefix, verbose)
    except (ValueError, LookupError, TypeError):
        print(f"❔ could not be checked: {clean((done.stderr.strip().splitlines() or ['no output'])[-1])}\n")
        return
    print("\n".join(shown or ["✅ nothing found."]) + "\n")


def _lines(findings: list[dict[str, Any]], prefix: str, verbose: bool) -> list[str]:
    """What is shown of findings, whose JSON holds a patient's words as they are. Raises what an ill-typed one does."""
    import shlex

    from envdoctor.privacy.text import clean

    lines = []
    for item in findings:
        if verbose or item["severity"] != "info":
            mark = {"error": "❌", "warning": "⚠️"}.get(item["severity"], "📝")
            lines.append(f"{mark} {item['code']} {clean(item['title'])}")
            for fix in item["fixes"][:1]:
                again = f"envdoctor check --python {clean(shlex.quote(prefix))} --select {item['code']} --fix"
                lines.append(f"   {clean(fix['title'])}: {again}")
    return lines


if plugins is not None:

    @plugins.hookimpl
    def conda_health_checks() -> Iterator[object]:
        """The hook that conda calls."""
        yield plugins.CondaHealthCheck(name="envdoctor", action=report)
