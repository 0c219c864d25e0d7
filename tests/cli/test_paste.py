"""What is pasted into an issue: it is short and redacted, and can be read back."""

import pytest

from envdoctor.facts import Missing
from envdoctor.facts.document import RecordingError
from envdoctor.facts.recording import PACKED, load
from envdoctor.privacy.redact import Redactor
from envdoctor.report.formats import Style, summary
from envdoctor.testing import blas, changed, cpu, distribution, facts, openblas, packages
from tests.support import build

NOBODY = Redactor("/home/ada", "ada", "bigbox", (), ())
HERE = facts(
    cpu=cpu(64, usable=4, quota=4.0),
    blas=blas(openblas("numpy", 64)),
    packages=packages(*(distribution(name) for name in ("numpy", "scipy", "left-pad"))),
)
ISSUE = "It crashes.\n\n{}\nThanks!\n"


def report(**changes: object) -> object:
    return changed(build.report(build.finding(why="in /home/ada/fit")), facts=changed(HERE, **changes))


def test_info_is_short_redacted_and_ends_in_the_verdict() -> None:
    text = summary.render(report(), NOBODY, Style())  # type: ignore[arg-type]
    lines = text.splitlines()
    assert len(lines) <= 25
    assert "/home/ada" not in text
    assert "Packages  numpy 1.0, scipy 1.0" in lines
    assert "          and 1 more" in lines
    assert any(line.startswith("Verdict   1 error: scipy needs numpy") for line in lines)


def test_markdown_folds_all_facts() -> None:
    text = summary.markdown(report(), NOBODY)  # type: ignore[arg-type]
    assert text.startswith("```text\nenvdoctor ")
    assert text.index("<details>") < text.index("sys_path") < text.index("</details>")
    assert "/home/ada" not in text


@pytest.mark.parametrize("encode", [str, str.encode])
def test_a_pasted_block_is_read_back_out_of_an_issue(encode: type) -> None:
    block = summary.pasted(report(), NOBODY, "ImportError: something")  # type: ignore[arg-type]
    assert "ImportError: something" in block and "/home/ada" not in block
    read = load(encode(ISSUE.format(block)), "issue.txt")
    assert not isinstance(read.cpu, Missing) and not isinstance(HERE.cpu, Missing)
    assert (read.cpu.usable, read.cpu.logical) == (4, 64)
    assert isinstance(read.packages, Missing)
    assert isinstance(read.interpreter, Missing)
    assert read.patient.version == HERE.patient.version


def test_a_quoted_block_is_read_too() -> None:
    block = summary.pasted(report(), NOBODY)  # type: ignore[arg-type]
    quoted = "".join(f"> {line}\n" for line in block.splitlines())
    assert load(quoted, "mail.txt").patient == load(block, "issue.txt").patient


def test_the_whole_recording_is_read_back_out_of_what_is_folded() -> None:
    text = ISSUE.format(summary.pasted(report(), NOBODY) + summary.folded(report(), NOBODY))  # type: ignore[arg-type]
    read = load(text, "issue.txt")
    assert not isinstance(read.packages, Missing)
    assert [item.name for item in read.packages.distributions] == ["numpy", "scipy", "left-pad"]
    assert max(map(len, text.partition("<details>")[2].splitlines())) <= 76


@pytest.mark.parametrize(
    ("code", "words"),
    [("AAAA", "damaged"), ("A", "damaged"), ("eJw", "damaged"), ("eJyr5gIAAkkA9w=="[:12], "cut off|damaged")],
)
def test_a_damaged_recording_is_one_line(code: str, words: str) -> None:
    with pytest.raises(RecordingError, match=words):
        load(f"text\n{PACKED}\n{code}\n", "issue.txt")


def test_a_text_without_a_block_is_no_recording() -> None:
    with pytest.raises(RecordingError, match=r"issue.txt: not JSON"):
        load("It crashes.", "issue.txt")
