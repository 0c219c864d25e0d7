"""The shell that commands are written for is the one that envdoctor was started from."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from envdoctor.probe.shell import nearest
from tests.support.patients import clean_environ


@pytest.mark.parametrize(
    "chain, shell",
    [
        (["python.exe", "envdoctor.exe", "cmd.exe", "explorer.exe"], "cmd"),
        (["python.exe", "python.exe", "powershell.exe"], "powershell"),
        (["python3.12.exe", "uvx.exe", "uv.exe", "pwsh.exe", "WindowsTerminal.exe"], "pwsh"),
        (["python.exe", "bash.exe"], "bash"),
        (["python.exe", "explorer.exe", "cmd.exe"], None),
        (["python.exe"], None),
    ],
)
def test_launchers_stand_between_us_and_the_shell_on_windows(chain: list[str], shell: str | None) -> None:
    processes = {number: (number + 1, program) for number, program in enumerate(chain, 1)}
    assert nearest(processes, 1) == shell


@pytest.mark.skipif(not Path("/proc/self/comm").exists(), reason="no /proc")
@pytest.mark.parametrize("options, shell", [([], "sh"), (["--shell", "cmd"], "cmd")])
def test_what_started_us_is_told_and_an_option_has_the_last_word(
    options: list[str], shell: str, tmp_path: Path
) -> None:
    words = [sys.executable, "-m", "envdoctor", "check", "--python", sys.executable, "--format", "json", *options]
    line = " ".join(f"'{word}'" for word in words)
    environ = clean_environ(SHELL="/usr/bin/fish")
    done = subprocess.run(
        ["sh", "-c", f"{line}; true"], env=environ, capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert json.loads(done.stdout)["facts"]["environment"]["shell"] == shell
