"""Steps of a fix as command lines that can be pasted: POSIX shells, and PowerShell on Windows."""

import shlex
from collections.abc import Mapping
from typing import Any


def command(step: Mapping[str, Any], windows: bool = False) -> str | None:
    """The command line of one step; ``None`` for a step that is done by hand (an edit)."""
    if "argv" in step:
        argv = [str(word) for word in step["argv"]]
        return "& " + " ".join(_powershell(word) for word in argv) if windows else shlex.join(argv)
    if "setenv" in step:
        pairs = step["setenv"].items()
        if windows:
            return "; ".join(f"$env:{name} = {_powershell(str(value), always=True)}" for name, value in pairs)
        return "export " + " ".join(f"{name}={shlex.quote(str(value))}" for name, value in pairs)
    if "unsetenv" in step:
        names = step["unsetenv"]
        return "; ".join(f"Remove-Item Env:{name}" for name in names) if windows else f"unset {' '.join(names)}"
    return None


def _powershell(word: str, always: bool = False) -> str:
    """Single quotes, doubled inside; PowerShell takes the typographic ones for the same (about_Quoting_Rules)."""
    plain = word and all((c.isascii() and c.isalnum()) or c in "-_./:\\=" for c in word)
    if word.startswith("-") and ("." in word or ":" in word):  # it would be cut in two (PowerShell issue 6291)
        plain = False
    quoted = "".join(c * 2 if c in "'‘’‚‛" else c for c in word)
    return word if plain and not always else f"'{quoted}'"
