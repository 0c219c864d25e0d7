"""Texts for users are in plain words."""

import pytest

from tests.support import wording


def test_no_text_has_a_word_that_is_avoided() -> None:
    assert wording.found() == []  # tests/support/wording.py says which, and what to say instead


@pytest.mark.parametrize("text", ["install it anew", "Whoever has it", "it tells why", "This is told.", "no verdict"])
def test_a_word_that_is_avoided_is_seen(text: str) -> None:
    assert wording.AVOIDED.search(text)


@pytest.mark.parametrize("text", ["install it again", "it shows why", "could not be checked", "a hotel", "forbear"])
def test_plain_words_pass(text: str) -> None:
    assert not wording.AVOIDED.search(text)
