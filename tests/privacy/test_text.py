"""Nothing that is printed steers a terminal, reorders a line or hides in it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.ecosystem.units import plural
from envdoctor.privacy.text import lines, sanitize, to_ascii

ANY = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    "text, clean",
    [
        ("numpy", "numpy"),
        ("naïve — ✓ 日本語 😀", "naïve — ✓ 日本語 😀"),
        ("jax[cuda12]", "jax[cuda12]"),
        ("[bold red]x[/]", "[bold red]x[/]"),
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("\x9b31m", r"\x9b31m"),
        ("a\rb\tc\nd\x7f", r"a\x0db\x09c\x0ad\x7f"),
        ("abc\u202edef", r"abc\u202edef"),
        ("a\u2066b\u2069", r"a\u2066b\u2069"),
        ("nu\u200bmpy", r"nu\u200bmpy"),
        ("nu\u00admpy", r"nu\xadmpy"),
        ("a\u2028b", r"a\u2028b"),
        ("a\U000e0041", r"a\U000e0041"),
        ("\u3164", r"\u3164"),
        ("/site/\udcff.py", r"/site/\udcff.py"),
        ("\ufeffx", r"\ufeffx"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text: str, clean: str) -> None:
    assert sanitize(text) == clean


@given(ANY)
def test_what_is_printed_is_harmless_and_can_be_encoded(text: str) -> None:
    clean = sanitize(text)
    clean.encode("utf-8")
    bad = {character for character in clean if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")}
    assert bad == set()
    assert not {character for character in clean if unicodedata.bidirectional(character) in BIDI}


# The characters that reorder what stands around them (Unicode Standard Annex 9).
BIDI = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert sanitize(text) == text
    assert to_ascii(text) == text


@given(ANY)
def test_sanitizing_twice_is_sanitizing_once(text: str) -> None:
    assert sanitize(sanitize(text)) == sanitize(text)


def test_lines_stay_lines() -> None:
    assert lines("a\nb\x1b\n") == ["a", r"b\x1b", ""]


@given(ANY)
def test_ascii_is_ascii(text: str) -> None:
    assert to_ascii(text).isascii()


def test_what_has_a_plain_form_takes_it_and_a_letter_of_a_name_has_none() -> None:
    assert to_ascii("4 × “x” – 3 ≤ 5… ✓ → ü │ 日") == r'4 x "x" - 3 <= 5... + -> \xfc | \u65e5'


def test_one_and_many() -> None:
    assert (plural(1, "error"), plural(0, "error"), plural(2, "copy", "copies")) == ("1 error", "0 errors", "2 copies")
