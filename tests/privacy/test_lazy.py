"""A pattern that is compiled at its first use does what the compiled one does."""

import re

import pytest

from envdoctor.privacy.lazy import pattern


def test_it_does_what_the_compiled_one_does() -> None:
    lazy, eager = pattern(r"(a)(b)?", re.IGNORECASE), re.compile(r"(a)(b)?", re.IGNORECASE)
    for text in ("", "xAB", "aab", "b"):
        assert lazy.findall(text) == eager.findall(text)
        assert lazy.sub(r"<\1>", text) == eager.sub(r"<\1>", text)
        assert bool(lazy.search(text)) == bool(eager.search(text))
        assert [match.span() for match in lazy.finditer(text)] == [match.span() for match in eager.finditer(text)]
    assert (lazy.pattern, lazy.flags, lazy.groups) == (eager.pattern, eager.flags, eager.groups)


def test_it_is_not_compiled_before_it_is_used() -> None:
    broken = pattern("(")
    with pytest.raises(re.error):
        broken.search("x")
