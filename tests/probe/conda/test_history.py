"""The history of a prefix, as conda, mamba and constructor write it (conda: history.py)."""

import pytest

from envdoctor.probe.conda import base, history

HISTORY = """\
==> 2026-01-01 00:00:00 <==
# cmd: constructor 3.11.0 Miniforge3
# conda version: 26.1
+conda-forge/linux-64::python-3.12.1-hab00c5b_0_cpython
+conda-forge/linux-64::conda-26.1.0-py312_0
==> 2026-02-01 00:00:00 <==
# cmd: /opt/conda/bin/conda install scipy numpy
# update specs: ['scipy', "conda-forge::numpy[version='>=1.20,<3']"]
+conda-forge/linux-64::numpy-1.26.4-py312_0
+conda-forge/linux-64::scipy-1.12.0-py312_0
==> 2026-03-01 00:00:00 <==
# cmd: /opt/conda/bin/conda remove scipy
# remove specs: ['scipy']
-conda-forge/linux-64::scipy-1.12.0-py312_0
"""


def test_what_was_asked_for_and_not_removed() -> None:
    blocks = history.parse(HISTORY)
    assert history.asked_for(blocks) == {"numpy"}
    assert history.present(blocks) == {"python", "conda", "numpy"}
    assert history.installer_set(blocks) == {"python", "conda"}


@pytest.mark.parametrize(
    ("command", "is_one"),
    [
        ("constructor -v --platform=osx-64 /tmp/x --output-dir=/tmp", True),
        ("/opt/bin/constructor .", True),
        (
            "build.py --build_number 1 --product miniconda --python 3.8 --installer-type sh --output-dir /tmp/build",
            True,
        ),
        ("build.py", False),
        ("/opt/conda/bin/conda install constructor", False),
        ("", False),
    ],
)
def test_an_installers_own_block_is_known_by_its_command(command: str, is_one: bool) -> None:
    """The first as https://github.com/conda/conda/issues/9876 shows one, the third as /issues/11238 does."""
    text = f"==> 2020-11-18 15:08:34 <==\n# cmd: {command}\n+defaults::python-3.8.5-h7579374_1\n"
    assert history.installer_set(history.parse(text)) == ({"python"} if is_one else None)


def test_a_block_that_lists_is_a_new_beginning() -> None:
    text = "==> 1 <==\nnumpy-1.0-0\nold-1.0-0\n==> 2 <==\n-old-1.0-0\n+new-1.0-0\n"
    assert history.present(history.parse(text)) == {"numpy", "new"}


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("['numpy', 'scipy=1.2', 'python[version=3.12]']", ["numpy", "scipy", "python"]),
        ("param >=1.5.1,<2.0", ["param"]),
        ("python>=3.5.1,jupyter >=1.0.0,<2.0,matplotlib", ["python", "jupyter", "matplotlib"]),
        ("['__glibc', 'conda-forge/linux-64::r-base']", ["", "r-base"]),
        ("['unclosed", []),
        ("", []),
    ],
)
def test_specs_of_both_styles(line: str, names: list[str]) -> None:
    assert [history.spec_name(spec) for spec in history.specs(line)] == names


def test_an_empty_or_damaged_history_tells_nothing() -> None:
    assert history.parse("") == []
    assert history.present(history.parse("no head\n+a-1-0\n")) == set()


def test_explicit_lists_name_packages() -> None:
    text = "# platform: linux-64\n@EXPLICIT\nhttps://c.org/conda-forge/linux-64/zlib-1.3.1-hb9d3cd8_2.conda#0123abcd\nnoise\n"
    assert base.explicit(text) == {"zlib"}
