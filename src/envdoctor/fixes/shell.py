"""Steps of a fix as command lines that can be pasted: POSIX shells, zsh, fish, PowerShell 5.1 and 7, and cmd.exe."""

import re
from collections.abc import Mapping, Sequence
from typing import overload

from envdoctor.ecosystem import paths
from envdoctor.fixes.steps import Edit, Run, SetEnv, Step, UnsetEnv
from envdoctor.privacy.text import sanitize


def _quoted(word: str) -> str:
    import shlex  # most check-ups quote nothing

    return shlex.quote(word)


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
    fence = "sh"  # what Markdown calls it

    def quote(self, word: str) -> str:
        """The word as it is typed; one that a terminal would not show as it is, by ``printf`` (dash knows no ``$''``)."""
        return _quoted(word) if not unshown(word) else f'"$({printf(word)})"'

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


class Zsh(Shell):
    """zsh: as POSIX, but a word that begins with ``=`` is a command's path (zshexpn, "`=' expansion")."""

    name = "zsh"

    def quote(self, word: str) -> str:
        return f"'{word}'" if word.startswith("=") and _quoted(word) == word else super().quote(word)


class Fish(Shell):
    """fish: in single quotes only the backslash and the quote are special (fish manual, "Quotes")."""

    name = "fish"
    fence = "fish"

    def quote(self, word: str) -> str:
        if _quoted(word) == word:
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
    """PowerShell: single quotes, doubled inside (about_Quoting_Rules); curly quotes end a string, too.

    Windows PowerShell 5.1, which every Windows has, hands an empty word and quotation marks to a program unescaped
    (about_Parsing, "Passing arguments that contain quote characters").
    """

    name = "powershell"
    fence = "powershell"
    escapes = True

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
        line = " ".join([self.quote(word) if number == 0 else self._argument(word) for number, word in enumerate(argv)])
        # A quoted first word is a string, not a command, without the call operator.
        return f"& {line}" if line.startswith("'") else line

    def _argument(self, word: str) -> str:
        """A word for a program, which PowerShell 5.1 puts between quotation marks without a look inside."""
        if not self.escapes or (word and '"' not in word):
            return self.quote(word)
        inner = re.sub(r'(\\*)"', r'\1\1\\"', word)
        return self._string(inner if word else '""')

    def activate(self, folder: str) -> str:
        return self.run([paths.join(folder, "Scripts", "Activate.ps1")])

    def set(self, variables: Mapping[str, str]) -> str:
        return "; ".join(f"$env:{name} = {self._string(value)}" for name, value in variables.items())

    def unset(self, *names: str) -> str:
        return "; ".join(f"Remove-Item Env:{name}" for name in names)


class Pwsh(PowerShell):
    """PowerShell 7, which escapes what it hands on (about_Parsing, PSNativeCommandArgumentPassing)."""

    name = "pwsh"
    escapes = False


class Cmd(Shell):
    """cmd.exe and the Anaconda Prompt: quotation marks, and a caret before what counts outside of them.

    A program takes its line apart by itself, with a backslash before a quotation mark
    (https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments). ``%`` counts between quotation marks,
    too: it stands outside of them, where a caret parts it from a variable's name.
    """

    name = "cmd"
    fence = "bat"

    def quote(self, word: str) -> str:
        if word and re.fullmatch(r"[\w.:\\/+=@~,-]+", word, re.ASCII) and "," not in word and "=" not in word:
            return word
        inner = re.sub(r'(\\*)"', r'\1\1\\"', word)
        inner = re.sub(r"(\\+)$", r"\1\1", inner)
        if '"' not in word:
            return '"' + inner.replace("%", '"^%"') + '"'
        # With a quotation mark inside, cmd.exe and the program disagree on what is quoted: each sign gets its caret.
        return re.sub(r"([()%!^\"<>&|])", r"^\1", f'"{inner}"')

    def set(self, variables: Mapping[str, str]) -> str:
        return " & ".join(f'set "{name}={self._value(value)}"' for name, value in variables.items())

    def _value(self, value: str) -> str:
        return value.replace("%", '"^%"')

    def unset(self, *names: str) -> str:
        return " & ".join(f'set "{name}="' for name in names)

    def activate(self, folder: str) -> str:
        return f"call {self.quote(paths.join(folder, 'Scripts', 'activate.bat'))}"


SHELLS: dict[str, type[Shell]] = {
    "sh": Shell,
    "bash": Shell,
    "zsh": Zsh,
    "fish": Fish,
    "powershell": PowerShell,
    "pwsh": Pwsh,
    "pwsh-preview": Pwsh,
    "cmd": Cmd,
}


def shell_of(environ: Mapping[str, str], windows: bool, started: str | None = None) -> Shell:
    """The shell the user types into: the one that ``started`` us, else what SHELL names, else PowerShell on Windows."""
    name = paths.program(environ.get("SHELL", ""))
    kind = SHELLS.get(started or "") or SHELLS.get(name)
    return (kind or (PowerShell if windows else Shell))()


def command(step: Step, windows: bool = False) -> str | None:
    """The command line of one step for a POSIX shell, or for PowerShell."""
    return (PowerShell() if windows else Shell()).command(step)
