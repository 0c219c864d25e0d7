"""Which rules run: by code, by a code's beginning, or by name; the more specific word wins, ignoring wins a draw."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from envdoctor.engine.rules import Rule
from envdoctor.engine.run import RegisteredCheck

# The rules that judge more with --deep.
DEEPENED = ("BLA003", "BLA012", "BLA013", "BLA014", "CON008", "GPU016", "PKG004", "PKG007", "PKG009", "PKG011")


class UsageError(Exception):
    """Wrong usage or configuration: one line that names the culprit and the remedy (status 2)."""


class Selection(Struct, frozen=True):
    """Words that choose rules; an empty ``select`` chooses all."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def includes(self, rule: Rule) -> bool:
        chosen = _strength(rule, self.select) if self.select else 0
        dropped = _strength(rule, self.ignore)
        return chosen is not None and (dropped is None or chosen > dropped)


def _strength(rule: Rule, words: Iterable[str]) -> int | None:
    """How specific the best match is (its length; a name counts as a whole code); ``None`` without one."""
    lengths = [_match(rule, word) for word in words]
    return max((length for length in lengths if length is not None), default=None)


def _match(rule: Rule, word: str) -> int | None:
    if word.lower() == rule.name:
        return len(rule.code)
    if word.upper() == "ALL":
        return 0
    return len(word) if rule.code.startswith(word.upper()) else None


def family_of(word: str, rules: Sequence[Rule]) -> str:
    """The letters that begin the codes of a family whose name begins with them (``blas``: BLA); empty for all else."""
    families = {rule.code.rstrip("0123456789") for rule in rules}
    return next(
        (word[:letters].upper() for letters in (3, 2) if word.isalpha() and word[:letters].upper() in families), ""
    )


def validate(words: Iterable[str], rules: Sequence[Rule], where: str) -> None:
    """Raise `UsageError` for a word that matches no rule."""
    for word in words:
        if not word or not any(_match(rule, word) is not None for rule in rules):
            import difflib

            known = [rule.code for rule in rules] + [rule.name for rule in rules]
            if family := family_of(word, rules):
                raise UsageError(f"{where}: no rule is called {word!r}; did you mean {family}?")
            close = difflib.get_close_matches(word.upper(), known, 1) or difflib.get_close_matches(
                word.lower(), known, 1
            )
            hint = f"did you mean {close[0]}?" if close else "`envdoctor list` shows all rules"
            raise UsageError(f"{where}: no rule is called {word!r}; {hint}")


def choose(checks: Sequence[RegisteredCheck], selection: Selection) -> list[RegisteredCheck]:
    """The checks with at least one chosen rule; one without rules (a broken plug-in) always stays."""
    return [
        item for item in checks if not item.check.rules or any(selection.includes(rule) for rule in item.check.rules)
    ]
