"""Recordings out to harm: 500 mutated ones and 300 that are markup throughout; what is tried is the same on every run."""

from tests.hostile.recordings import mutations, renders


def test_no_mutated_recording_brings_a_traceback_a_leak_or_a_document_that_its_readers_refuse() -> None:
    assert dict(mutations(500, seed=1)) == {}


def test_no_string_of_a_recording_becomes_markup_or_a_command() -> None:
    assert dict(renders(300, seed=1)) == {}
