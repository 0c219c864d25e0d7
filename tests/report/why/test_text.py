"""Any text made short and plain."""

import json
import time
import tracemalloc
from collections.abc import Iterator, Mapping

import pytest

from envdoctor.report.why import clues, traceback
from envdoctor.report.why.text import HEAD, TAIL, plain, shorten

ERROR = b"ModuleNotFoundError: No module named 'numpy'"


def read(*chunks: bytes) -> str:
    return plain(shorten(chunks))


def test_a_short_text_stays_as_it_is() -> None:
    assert read(b"one\ntwo\n") == "one\ntwo"


def test_the_beginning_the_end_and_tracebacks_in_between_are_kept() -> None:
    noise = b"x" * 99 + b"\n"
    chunks = [
        b"first\n",
        *[noise] * 30_000,
        b"Traceback (most recent call last):\nKeyError: 'middle'\n",
        *[noise] * 30_000,
    ]
    data = shorten([*chunks, b"last\n"])
    assert data.startswith(b"first\n") and data.endswith(b"last\n")
    assert b"KeyError: 'middle'" in data
    assert len(data) < HEAD + TAIL + (1 << 20)


@pytest.mark.parametrize("size", [pytest.param(1, marks=pytest.mark.slow), 3, 4096, 100_000])
def test_a_traceback_is_found_however_the_text_is_cut(size: int) -> None:
    whole = b"y" * 200_000 + b"\nTraceback (most recent call last):\n" + ERROR + b"\n" + b"z" * 1_500_000
    data = shorten(whole[at : at + size] for at in range(0, len(whole), size))
    assert ERROR in data


def many(unit: bytes) -> Iterator[bytes]:
    """50 MB."""
    piece = unit * (250_000 // len(unit))
    for _ in range(200):
        yield piece


@pytest.mark.parametrize("unit", [b"Traceback ", b"a", b'{"traceback": ["', b"a\n"])
def test_fifty_megabytes_take_two_seconds_at_most(unit: bytes) -> None:
    began = time.process_time()
    text = plain(shorten(many(unit)))
    assert time.process_time() - began < 6  # on a slow machine; 0.4 to 1 s as a rule
    assert len(text) < 4_000_000


@pytest.mark.parametrize("unit", [b"dlopen(/x: ", b"a.so", bytes(range(256)), b"lib/python3.11/site-packages"])
def test_hostile_lines_take_no_time(unit: bytes) -> None:
    began = time.process_time()
    text = plain(shorten([unit * 100_000]))
    clues.read(text, traceback.read(text))
    assert time.process_time() - began < 4


def test_memory_is_bounded() -> None:
    tracemalloc.start()
    plain(shorten(many(b"Traceback (most recent call last)")))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64 << 20


def test_utf_16_of_a_powershell_is_read() -> None:
    assert read("Fehler: äöü\r\nImportError: x\r\n".encode("utf-16")) == "Fehler: äöü\nImportError: x"
    assert read(ERROR.decode().encode("utf-16-le")) == ERROR.decode()


def test_colours_and_control_characters_are_taken_out() -> None:
    assert read(b"\x1b[0;31mImportError\x1b[0m: \x00x\x07\x1b]8;;http://a\x1b\\b") == "ImportError: xb"


def test_binary_noise_is_left_out_and_words_in_it_are_kept() -> None:
    noise = bytes(range(128, 256)) * 20
    assert read(noise + b"\n" + ERROR + b"\n" + noise) == ERROR.decode()


def test_a_progress_bar_becomes_lines() -> None:
    assert read(b"10%\r20%\rKeyError: 1\n") == "10%\n20%\nKeyError: 1"


@pytest.mark.parametrize(
    "line",
    [
        "2026-01-31 12:00:00,123 ImportError: x",
        "2026-01-31T12:00:00.0000000Z ImportError: x",
        "[2026-01-31 12:00:00] ERROR: ImportError: x",
        "Nov 27 05:20:55 node7 python[123]: ImportError: x",
        "[rank0]: ImportError: x",
        "[1,0]<stderr>:ImportError: x",
        "3: ImportError: x",
        "(raylet pid=123, ip=10.0.0.1) ImportError: x",
        "web-1  | ImportError: x",
        "E   ImportError: x",
        "stderr F ImportError: x",
        "> ImportError: x",
        "│ ImportError: x          │",
    ],
)
def test_what_stands_before_a_line_of_the_program_is_taken_off(line: str) -> None:
    assert plain(line).endswith("ImportError: x")
    assert plain(line).lstrip("ERO: ").startswith("ImportError")


def test_a_traceback_in_one_string_of_a_log_is_laid_out() -> None:
    line = json.dumps(
        {"log": 'Traceback (most recent call last):\n  File "/a/x.py", line 1, in <module>\nImportError: boo\n'}
    )
    assert '\n  File "/a/x.py", line 1, in <module>\nImportError: boo\n' in plain(line)


def notebook(*outputs: Mapping[str, object]) -> str:
    cells = [
        {"cell_type": "code", "source": "import x", "outputs": list(outputs), "execution_count": 1, "metadata": {}}
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def test_the_outputs_of_a_notebook_are_its_text() -> None:
    error = {
        "output_type": "error",
        "ename": "ImportError",
        "evalue": "x",
        "traceback": ["\x1b[31m----\x1b[0m", "ImportError: x"],
    }
    stream = {"output_type": "stream", "name": "stderr", "text": ["a warning\n", "of mine\n"]}
    assert plain(notebook(stream, error)) == "a warning\nof mine\n----\nImportError: x"


def test_a_large_notebook_that_is_cut_is_read_as_far_as_it_goes() -> None:
    image = {"output_type": "display_data", "data": {"image/png": "A" * 3_000_000}, "metadata": {}}
    error = {
        "output_type": "error",
        "ename": "E",
        "evalue": "x",
        "traceback": ["Traceback", "ImportError: in the middle"],
    }
    whole = notebook(image, error, image).encode()
    assert "ImportError: in the middle" in plain(shorten([whole]))


def test_a_path_that_a_box_has_broken_is_whole_again() -> None:
    box = (
        "╭──── Traceback (most recent call last) ────╮\n"
        "│ /home/ada/fit/.venv/lib/python3.12/site-pa │\n"
        "│ ckages/numpy/__init__.py:3 in <module>     │\n"
        "╰────────────────────────────────────────────╯"
    )
    assert "/home/ada/fit/.venv/lib/python3.12/site-packages/numpy/__init__.py:3 in <module>" in plain(box)


def test_an_error_at_the_end_of_a_very_long_line_is_kept() -> None:
    text = plain("x y " * 1_000_000 + "ModuleNotFoundError: No module named 'zmq'")
    assert text.endswith("No module named 'zmq'") and len(text) < 5_000
