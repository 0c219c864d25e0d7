"""``conda doctor`` shows what envdoctor's rules for conda find: a plug-in, where envdoctor is installed in base.

conda imports this module at each of its commands, so nothing of envdoctor's is imported here: the check-up is a
process of its own, begun by ``conda doctor`` alone. What it finds, and whether it fails, leaves conda's status as it is
(https://docs.conda.io/projects/conda/en/stable/dev-guide/plugins/health_checks.html).
"""

from collections.abc import Iterator

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

    # `-P`: a module of the working directory's is none of ours.
    argv = [sys.executable, "-P", "-m", "envdoctor", "check", "--python", prefix, "--select", "CON", "--format", "json"]
    print("envdoctor's rules for conda:\n")
    try:
        done = subprocess.run(
            argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=DEADLINE, check=False
        )
        findings = json.loads(done.stdout)["findings"]
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"❔ could not be checked: {error}\n")
        return
    except (ValueError, KeyError, TypeError):
        print(f"❔ could not be checked: {(done.stderr.strip().splitlines() or ['no output'])[-1]}\n")
        return
    shown = [item for item in findings if verbose or item["severity"] != "info"]
    for item in shown:
        mark = {"error": "❌", "warning": "⚠️"}.get(item["severity"], "📝")
        print(f"{mark} {item['code']} {item['title']}")
        for fix in item["fixes"][:1]:
            print(f"   {fix['title']}: envdoctor check --python {prefix} --select {item['code']} --fix")
    if not shown:
        print("✅ nothing found.")
    print()


if plugins is not None:

    @plugins.hookimpl
    def conda_health_checks() -> Iterator[object]:
        """The hook that conda calls."""
        yield plugins.CondaHealthCheck(name="envdoctor", action=report)
