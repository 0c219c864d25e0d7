"""Which dry run is asked for an installation of a plan, and what none is asked for."""

import pytest

from envdoctor.fixes.steps import Run, Step, run
from envdoctor.resolution.asked import BY_PIP, BY_UV, EMPTY, Dry, Hand, asked, installs

PYTHON, PREFIX = "/e/bin/python", "/e"
PIP = run(PYTHON, "-m", "pip", "install", "idna>=3,<4")
UV = run("uv", "pip", "install", "--python", PREFIX, "idna>=3,<4")
BOTH = Hand(uv="/bin/uv", pip="24.0", minor="3.12")


def none(path: str) -> str | None:
    return None


def dry(*steps: Step, hand: Hand = BOTH, lists: dict[str, str] | None = None) -> Dry | str:
    """Of the last step."""
    return asked(steps, len(steps) - 1, hand, (lists or {}).get)


@pytest.mark.parametrize(
    "step", [run("conda", "install", "idna"), run("uv", "add", "idna"), run(PYTHON, "-m", "venv", PREFIX)], ids=str
)
def test_only_pip_and_uv_are_asked(step: Run) -> None:
    assert not installs(step) and installs(PIP) and installs(UV)


def test_each_tool_is_asked_in_its_own_words_and_never_for_a_source_distribution() -> None:
    assert dry(PIP) == Dry((PYTHON, "-m", "pip", *BY_PIP, "idna>=3,<4"), "pip")
    assert dry(UV) == Dry(("/bin/uv", *BY_UV, "--python", PREFIX, "idna>=3,<4"), "uv")
    for words in (BY_PIP, BY_UV):
        assert "--dry-run" in words and words[words.index("--only-binary") + 1] == ":all:"


def test_where_pip_is_too_old_uv_is_asked_and_without_uv_nobody() -> None:
    step = run(PYTHON, "-m", "pip", "install", "--force-reinstall", "--no-deps", "idna")
    told = dry(step, hand=Hand(uv="/bin/uv", pip="21.3", minor="3.12"))
    assert told == Dry(("/bin/uv", *BY_UV, "--python", PYTHON, "--reinstall", "--no-deps", "idna"), "uv")
    assert dry(PIP, hand=Hand(pip="21.3")) == "pip 21.3 can't do it (22.2 or newer can), and uv is not at hand"
    assert dry(PIP, hand=Hand()) == "pip is not known" and dry(UV, hand=Hand(pip="24.0")) == "uv is not at hand"


@pytest.mark.parametrize(
    "word",
    [
        "/src/fit",
        "./fit",
        "fit @ git+https://github.com/a/b",
        "https://a.b/fit-1.tar.gz",
        "fit@file:///src/fit",
        "..\\fit",
    ],
)
def test_what_would_have_to_be_built_is_named(word: str) -> None:
    assert dry(run(PYTHON, "-m", "pip", "install", "idna", word)) == f"{word} would have to be built"


def test_an_editable_installation_and_an_unknown_option_are_not_tried() -> None:
    assert dry(run(PYTHON, "-m", "pip", "install", "--editable", "/src")) == "/src would have to be built"
    assert dry(run(PYTHON, "-m", "pip", "install", "--no-binary", "x", "x")) == "--no-binary is not understood"


@pytest.mark.parametrize(
    "words",
    [("fit @ https://a.b/fit-1-py3-none-any.whl#sha256=1",), ("--index-url", "https://a/b", "fit[x]>=1")],
    ids=str,
)
def test_wheels_and_indexes_are_no_matter(words: tuple[str, ...]) -> None:
    assert isinstance(dry(run(PYTHON, "-m", "pip", "install", *words)), Dry)


def test_a_list_is_read_before_it_is_asked_for() -> None:
    step = run(PYTHON, "-m", "pip", "install", "-r", "/p/requirements.txt")
    good = "# ours\n-i https://a/simple\nidna>=3  # note\nnumpy==1.26.4 --hash=sha256:ab\\\n --hash=sha256:cd\n-r more.txt\n"
    assert isinstance(dry(step, lists={"/p/requirements.txt": good, "/p/more.txt": "six\n"}), Dry)
    assert dry(step, lists={"/p/requirements.txt": good}) == "/p/more.txt can't be read"
    assert dry(step, lists={"/p/requirements.txt": "-r requirements.txt"}) == "/p/requirements.txt can't be read"
    for line, why in (
        ("-e .", ". would have to be built"),
        ("--editable=./x", "./x would have to be built"),
        ("x @ git+ssh://a/b", "x @ git+ssh://a/b (in /p/requirements.txt) would have to be built"),
        ("--no-binary :all:", "--no-binary is not understood"),
    ):
        assert dry(step, lists={"/p/requirements.txt": f"six\n{line}\n"}) == why


def test_what_goes_into_an_environment_that_is_made_first_is_resolved_for_its_python() -> None:
    venv = run("/usr/bin/python3.12", "-m", "venv", "--clear", PREFIX)
    told = dry(venv, PIP)
    assert told == Dry(
        ("/bin/uv", *BY_UV, "--python", "/usr/bin/python3.12", "--target", EMPTY, "idna>=3,<4"), "uv", True
    )
    alone = dry(venv, PIP, hand=Hand(pip="24.0", minor="3.12"))
    assert alone == Dry(("/usr/bin/python3.12", "-m", "pip", *BY_PIP, "--ignore-installed", "idna>=3,<4"), "pip", True)
    other = run("uv", "venv", "--clear", "--python", "3.13", PREFIX)
    told = dry(other, UV)
    assert isinstance(told, Dry) and told.argv[-5:] == ("--python-version", "3.13", "--target", EMPTY, "idna>=3,<4")
    assert "another Python" in str(dry(other, UV, hand=Hand(pip="24.0", minor="3.12")))
