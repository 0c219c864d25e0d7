"""Texts for users are in plain words; old ones that are not yet stand on a list that only shrinks."""

import pytest

from tests.support import wording


def test_no_new_text_has_a_word_that_is_avoided() -> None:
    new = wording.found() - wording.listed()
    assert not new, "write these in plain words (tests/support/wording.py says which): " + "\n".join(new.elements())


def test_the_list_of_old_texts_names_nothing_that_is_gone() -> None:
    gone = wording.listed() - wording.found()
    assert not gone, "run python -m tests.support.wording; gone: " + "\n".join(gone.elements())


@pytest.mark.parametrize("text", ["install it anew", "Whoever has it", "it tells why", "This is told.", "no verdict"])
def test_a_word_that_is_avoided_is_seen(text: str) -> None:
    assert wording.AVOIDED.search(text)


@pytest.mark.parametrize("text", ["install it again", "it shows why", "could not be checked", "a hotel", "forbear"])
def test_plain_words_pass(text: str) -> None:
    assert not wording.AVOIDED.search(text)
