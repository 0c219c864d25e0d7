"""Steps of a fix as command lines that can be pasted: POSIX shells, fish, and PowerShell."""

import shlex
from collections.abc import Mapping, Sequence
from typing import overload

from envdoctor.ecosystem import paths
from envdoctor.fixes.steps import Edit, Run, SetEnv, Step, UnsetEnv
from envdoctor.privacy.text import sanitize


def printf(word: str) -> str:
    """``word`` as printf's format: what can't be shown, or is no text at all (a byte of a file's name), in octal."""
    try:
        data = word.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half a pair: no file bears such a name here
        data = word.encode("utf-8", "backslashreplace")
    # A dash at the beginning would be taken for an option.
    letters = [chr(byte) if 0x20 <= byte < 0x7F and chr(byte) not in "%'\\-" else f"\\{byte:03o}" for byte in data]
    return f"printf '{''.join(letters)}'"


def unshown(word: str) -> bool:
    """Whether a terminal would show the word as another; not one that ends in a newline, which ``$()`` would cut off."""
    return sanitize(word) != word and not word.endswith("\n") and "\0" not in word


class Shell:
    """One shell's way of writing commands."""

    name = "posix"

    def quote(self, word: str) -> str:
        """The word as it is typed; one that a terminal would not show as it is, by ``printf`` (dash knows no ``$''``)."""
        return shlex.quote(word) if not unshown(word) else f'"$({printf(word)})"'

    def run(self, argv: Sequence[str]) -> str:
        return " ".join(map(self.quote, argv))

    def set(self, variables: Mapping[str, str]) -> str:
        return "; ".join(f"export {name}={self.quote(value)}" for name, value in variables.items())

    def unset(self, *names: str) -> str:
        return "; ".join(f"unset {name}" for name in names)

    def activate(self, folder: str) -> str:
        """Enter the virtual environment in ``folder``."""
        return f". {self.quote(paths.join(folder, 'bin/activate'))}"

    @overload
    def command(self, step: Run | SetEnv | UnsetEnv) -> str: ...

    @overload
    def command(self, step: Step) -> str | None: ...

    def command(self, step: Step) -> str | None:
        """The command line of one step; ``None`` for a step that is done by hand (an edit)."""
        match step:
            case Run(argv):
                return self.run(argv)
            case SetEnv(variables):
                return self.set(variables)
            case UnsetEnv(names):
                return self.unset(*names)
            case Edit():
                return None


class Fish(Shell):
    """fish: in single quotes only the backslash and the quote are special (fish manual, "Quotes")."""

    name = "fish"

    def quote(self, word: str) -> str:
        if shlex.quote(word) == word:
            return word
        if unshown(word):
            return f"({printf(word)} | string collect)"
        return "'" + word.replace("\\", "\\\\").replace("'", "\\'") + "'"  # no path

    def activate(self, folder: str) -> str:
        return f"source {self.quote(paths.join(folder, 'bin/activate.fish'))}"

    def set(self, variables: Mapping[str, str]) -> str:
        return "; ".join(f"set -gx {name} {self.quote(value)}" for name, value in variables.items())

    def unset(self, *names: str) -> str:
        return f"set -e {' '.join(names)}"


class PowerShell(Shell):
    """PowerShell: single quotes, doubled inside (about_Quoting_Rules); curly quotes end a string, too."""

    name = "powershell"

    def quote(self, word: str) -> str:
        plain = word and word.isascii() and all(letter.isalnum() or letter in "-_./:\\=+" for letter in word)
        if word.startswith("-") and ("." in word or ":" in word):  # it would be cut in two (PowerShell issue 6291)
            plain = False
        return word if plain else self._string(word)

    def _string(self, word: str) -> str:
        for mark in "'‘’‚‛":
            word = word.replace(mark, mark * 2)
        return f"'{word}'"

    def run(self, argv: Sequence[str]) -> str:
        line = " ".join(map(self.quote, argv))
        # A quoted first word is a string, not a command, without the call operator.
        return f"& {line}" if line.startswith("'") else line

    def activate(self, folder: str) -> str:
        return self.run([paths.join(folder, "Scripts", "Activate.ps1")])

    def set(self, variables: Mapping[str, str]) -> str:
        return "; ".join(f"$env:{name} = {self._string(value)}" for name, value in variables.items())

    def unset(self, *names: str) -> str:
        return "; ".join(f"Remove-Item Env:{name}" for name in names)


def shell_of(environ: Mapping[str, str], windows: bool) -> Shell:
    """The shell the user types into: PowerShell on Windows, else what SHELL names."""
    name = paths.name(environ.get("SHELL", ""))
    if name in ("pwsh", "pwsh-preview", "powershell") or (windows and name not in ("bash", "zsh", "sh", "fish")):
        return PowerShell()
    return Fish() if name == "fish" else Shell()


def command(step: Step, windows: bool = False) -> str | None:
    """The command line of one step for a POSIX shell, or for PowerShell."""
    return (PowerShell() if windows else Shell()).command(step)
