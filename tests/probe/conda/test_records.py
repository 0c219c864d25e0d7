"""Records in conda's own style beside rattler's, and records that are sick.

Shapes: conda 26's conda/models/records.py (PrefixRecord) and rattler_conda_types' prefix_record.rs.
"""

import json
import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from envdoctor.ecosystem.channels import canonical, family
from envdoctor.facts import Missing
from envdoctor.probe.conda import damage, records
from envdoctor.probe.world import World

CONDA_STYLE: dict[str, Any] = {
    "arch": "x86_64",
    "build": "py312_0",
    "build_number": 0,
    "channel": "https://repo.anaconda.com/pkgs/main/linux-64",
    "constrains": [],
    "depends": ["python >=3.12,<3.13.0a0"],
    "extracted_package_dir": "/opt/conda/pkgs/tool-1.0-py312_0",
    "features": "",
    "files": ["lib/libtool.so", "lib/tool.py", "lib/tool.pc"],
    "fn": "tool-1.0-py312_0.conda",
    "link": {"source": "/opt/conda/pkgs/tool-1.0-py312_0", "type": 1},
    "name": "tool",
    "paths_data": {
        "paths": [
            {"_path": "lib/libtool.so", "path_type": "softlink", "sha256": "00", "size_in_bytes": 120},
            {"_path": "lib/tool.py", "path_type": "hardlink", "sha256": "00", "sha256_in_prefix": "00", "size_in_bytes": 4},
            {
                "_path": "lib/tool.pc", "file_mode": "text", "path_type": "hardlink", "prefix_placeholder": "/opt/anaconda1",
                "sha256": "00", "sha256_in_prefix": "01", "size_in_bytes": 9,
            },
            {"_path": "lib/__pycache__/tool.cpython-312.pyc", "path_type": "pyc_file"},
        ],
        "paths_version": 1,
    },
    "requested_spec": "None",
    "size": 1000,
    "subdir": "linux-64",
    "timestamp": 1700000000000,
    "url": "https://repo.anaconda.com/pkgs/main/linux-64/tool-1.0-py312_0.conda",
    "version": "1.0",
}  # fmt: skip


def decoded(**changes: Any) -> records.RawRecord:
    return records.decode(json.dumps(CONDA_STYLE | changes).encode())


@pytest.mark.parametrize(
    ("changes", "requested"),
    [
        ({}, False),
        ({"requested_spec": "tool=1.0"}, True),
        ({"requested_spec": ""}, False),
        ({"requested_spec": None, "requested_specs": ["tool"]}, True),
        ({"requested_spec": None, "requested_specs": []}, False),
    ],
)
def test_both_styles_tell_what_was_asked_for(changes: dict[str, Any], requested: bool) -> None:
    assert decoded(**changes).requested is requested


def test_a_record_without_a_word_of_it_does_not_tell() -> None:
    document = {key: value for key, value in CONDA_STYLE.items() if key != "requested_spec"}
    assert records.decode(json.dumps(document).encode()).requested is None


@pytest.mark.parametrize(
    "changes", [{"name": "--file=x"}, {"name": "a b"}, {"name": "a\x1b[31m"}, {"name": ""}, {"version": "1\n2"}]
)
def test_a_name_that_no_package_has_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="is no name or version of a package"):
        decoded(**changes)


@pytest.mark.parametrize("name", ["_openmp_mutex", "ruamel.yaml", "r-base", "4ti2", "libstdcxx-ng"])
def test_the_names_that_packages_have_are_taken(name: str) -> None:
    assert decoded(name=name, version="1!2.0.post1+cu12_0").name == name


def test_an_old_record_has_names_only() -> None:
    entries = decoded(paths_data=None).entries()
    assert [entry.path for entry in entries] == CONDA_STYLE["files"]
    assert {entry.size for entry in entries} == {None}


NOARCH = {
    "noarch": "python",
    "files": [
        "lib/python3.12/site-packages/lab/core.py",
        "lib/python3.12/site-packages/lab-1.0.dist-info/METADATA",
        "lib/python3.12/site-packages/lab/__pycache__/core.cpython-312.pyc",
        "bin/lab-tool",
        "bin/lab",
        "share/lab/site-packages.txt",
    ],
    "paths_data": {
        "paths": [
            {"_path": "site-packages/lab/core.py", "path_type": "hardlink", "size_in_bytes": 6},
            {"_path": "site-packages/lab-1.0.dist-info/METADATA", "path_type": "hardlink", "size_in_bytes": 9},
            {"_path": "python-scripts/lab-tool", "path_type": "hardlink", "size_in_bytes": 20},
            {"_path": "share/lab/site-packages.txt", "path_type": "hardlink", "size_in_bytes": 1},
            {"_path": "lib/python3.12/site-packages/lab/__pycache__/core.cpython-312.pyc", "path_type": "pyc_file"},
            {"_path": "bin/lab", "path_type": "unix_python_entry_point"},
        ],
        "paths_version": 1,
    },
}


def test_a_package_for_any_python_is_where_conda_has_linked_it() -> None:
    """conda 24.7's core/path_actions.py writes the package's own paths, and the linked ones among ``files`` only."""
    assert [entry.path for entry in decoded(**NOARCH).entries()] == [
        "lib/python3.12/site-packages/lab/core.py",
        "lib/python3.12/site-packages/lab-1.0.dist-info/METADATA",
        "bin/lab-tool",
        "share/lab/site-packages.txt",
        "lib/python3.12/site-packages/lab/__pycache__/core.cpython-312.pyc",
        "bin/lab",
    ]


@pytest.mark.parametrize(
    ("files", "places"),
    [
        (["Lib/site-packages/lab/core.py", "Scripts/lab-tool"], ["Lib/site-packages/lab/core.py", "Scripts/lab-tool"]),
        (["lib/python3.13t/site-packages/lab/core.py"], ["lib/python3.13t/site-packages/lab/core.py"]),
        ([], []),  # where it lies nobody knows: it is not said to be gone
    ],
)
def test_the_place_is_that_of_the_environments_own_python(files: list[str], places: list[str]) -> None:
    paths = [{"_path": "site-packages/lab/core.py"}, {"_path": "python-scripts/lab-tool"}]
    record = decoded(noarch="python", files=files, paths_data={"paths": paths, "paths_version": 1})
    assert [entry.path for entry in record.entries()] == places


def test_rattlers_paths_and_those_of_other_packages_are_taken_as_they_are() -> None:
    full = [{"_path": "lib/python3.12/site-packages/lab/core.py"}, {"_path": "bin/lab"}]
    assert [entry.path for entry in decoded(noarch="python", paths_data={"paths": full}).entries()] == [
        item["_path"] for item in full
    ]
    odd = [{"_path": "site-packages/lab/core.py"}]
    assert decoded(noarch="generic", paths_data={"paths": odd}).entries()[0].path == "site-packages/lab/core.py"


def test_a_healthy_package_for_any_python_is_no_damage_and_a_damaged_one_is(tmp_path: Path) -> None:
    for name, text in (
        ("lib/python3.12/site-packages/lab/core.py", "x = 1\n"),
        ("bin/lab-tool", "#" * 20),
        ("bin/lab", ""),
    ):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="ascii")
    (tmp_path / "share/lab").mkdir(parents=True)
    (tmp_path / "share/lab/site-packages.txt").write_text("x", encoding="ascii")
    metadata = tmp_path / "lib/python3.12/site-packages/lab-1.0.dist-info/METADATA"
    metadata.parent.mkdir()
    metadata.write_text("Name: lab", encoding="ascii")
    assert damage.examine(decoded(**NOARCH), str(tmp_path))[0] is None
    (tmp_path / "lib/python3.12/site-packages/lab/core.py").unlink()
    found = damage.examine(decoded(**NOARCH), str(tmp_path))[0]
    assert found is not None
    assert found.severe == {"lib/python3.12/site-packages/lab/core.py": "gone"}


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "tool.py").write_text("x=1\n")
    (tmp_path / "lib" / "tool.pc").write_text("prefix=/somewhere/much/longer\n")
    (tmp_path / "lib" / "libtool.so").symlink_to("libtool.so.1")  # dangling, and of another size
    return tmp_path


def test_links_replaced_prefixes_and_bytecode_are_never_damage(prefix: Path) -> None:
    assert damage.examine(decoded(), str(prefix)) == (None, 13)


@pytest.mark.parametrize(("text", "what"), [("x=12\n", "5 bytes, not 4"), (None, "gone")])
def test_code_of_another_size_and_code_that_is_gone_are(prefix: Path, text: str | None, what: str) -> None:
    (prefix / "lib" / "tool.py").unlink()
    if text is not None:
        (prefix / "lib" / "tool.py").write_text(text)
    found, _ = damage.examine(decoded(), str(prefix))
    assert found is not None and found.severe == {"lib/tool.py": what}


def test_deep_finds_other_content_of_the_same_size(prefix: Path) -> None:
    found, _ = damage.examine(decoded(), str(prefix), deep=True)
    assert found is not None and found.severe == {"lib/tool.py": "other content"}


def test_what_deep_can_not_read_is_named_and_no_damage(prefix: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(damage, "open", refuse, raising=False)  # root may read everything
    unhashed: dict[str, str] = {}
    assert damage.examine(decoded(), str(prefix), True, unhashed)[0] is None
    assert unhashed == {str(prefix / "lib" / "tool.py"): "Permission denied"}


def test_deep_does_not_wait_for_what_is_no_file(prefix: Path) -> None:
    """A FIFO that nobody writes to holds whoever opens it, and a test that fails would not end: an alarm ends it."""
    (prefix / "lib" / "tool.py").unlink()
    os.mkfifo(prefix / "lib" / "tool.py")
    entry = {"_path": "lib/tool.py", "path_type": "hardlink", "sha256": "0" * 64, "size_in_bytes": 0}
    signal.alarm(5)
    try:
        damage.examine(decoded(paths_data={"paths": [entry], "paths_version": 1}), str(prefix), deep=True)
    finally:
        signal.alarm(0)


def test_a_file_of_the_same_size_that_two_packages_bring_is_the_last_ones(prefix: Path) -> None:
    found, _ = damage.examine(decoded(), str(prefix), deep=True)
    assert found is not None
    assert damage.without_shared([found], [decoded(), decoded(name="other")]) == []


def test_a_file_that_two_packages_bring_is_the_last_ones(prefix: Path) -> None:
    (prefix / "lib" / "tool.py").write_text("x=123\n")
    found, _ = damage.examine(decoded(), str(prefix))
    assert found is not None
    other = decoded(name="other")
    assert damage.without_shared([found], [decoded(), other]) == []
    assert damage.without_shared([found], [decoded()]) == [found]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"{", "truncated"),
        (json.dumps(CONDA_STYLE).encode()[:300], "truncated"),
        (b'{"name": "a", "version": "1", "build": "\xe9"}', "UTF-8"),
        (b"[1]", "object"),
        (b'{"version": "1"}', "name"),
        (b'{"name": "a", "version": "1", "depends": ' + b"[" * 100_000, ""),
    ],
)
def test_a_sick_record_is_refused_in_one_line(data: bytes, why: str) -> None:
    with pytest.raises(ValueError) as caught:
        records.decode(data)
    assert why in str(caught.value) and "\n" not in str(caught.value)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


@pytest.mark.root
def test_a_record_that_its_owner_keeps_private_is_named(open_folder: Path) -> None:
    meta = open_folder / "conda-meta"
    meta.mkdir(mode=0o755)
    (meta / "tool-1.0-py312_0.json").write_text(json.dumps(CONDA_STYLE))
    os.chmod(meta / "tool-1.0-py312_0.json", 0o600)
    world = World(home="/", cwd="/", environ={}, platform="linux")
    os.seteuid(65534)
    try:
        ((name, found),) = records.read(world, str(open_folder), ["tool-1.0-py312_0.json", "history"])
    finally:
        os.seteuid(0)
    assert isinstance(found, Missing) and name in found.reason and "Permission denied" in found.reason


@pytest.mark.parametrize(
    ("written", "name", "kin"),
    [
        ("https://conda.anaconda.org/conda-forge/", "conda-forge", "conda-forge"),
        ("https://conda.anaconda.org/conda-forge/linux-64", "conda-forge", "conda-forge"),
        ("https://ada:pw@conda.anaconda.org/t/zz-1/private/noarch", "private", None),
        ("https://repo.anaconda.com/pkgs/main/linux-64", "pkgs/main", "defaults"),
        ("https://repo.continuum.io/pkgs/free", "pkgs/free", "defaults"),
        ("https://mirror.example.org/anaconda/pkgs/main", "https://mirror.example.org/anaconda/pkgs/main", "defaults"),
        ("https://prefix.dev/conda-forge", "https://prefix.dev/conda-forge", "conda-forge"),
        ("conda-forge/label/numpy_rc", "conda-forge/label/numpy_rc", "conda-forge"),
        ("file:///home/t/channel/linux-64", "file:///home/t/channel", None),
        ("defaults", "defaults", "defaults"),
        ("win-stuff", "win-stuff", None),
    ],
)
def test_a_channel_has_one_name_however_it_is_written(written: str, name: str, kin: str | None) -> None:
    assert (canonical(written), family(written)) == (name, kin)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"constrains": None}, "its constrains is no list"),
        ({"constrains": "x <2"}, "its constrains is no list"),
        ({"track_features": None}, "its track_features is null"),
        ({"features": None}, "its features is null"),
        ({"build_number": "0"}, "its build_number is a text, not a number"),
        ({"build_number": None}, "it has no build_number"),
        ({"build": ""}, "it has no build"),
    ],
)
def test_what_conda_stops_at_in_a_sound_file_is_told(changes: dict[str, Any], fault: str) -> None:
    """Each was given to conda 24.7.1's PrefixRecord, which refuses it."""
    assert decoded(**changes).fault == fault


@pytest.mark.parametrize(
    "changes",
    [
        *(
            {"constrains": ["x <2"]},
            {"constrains": []},
            {"track_features": []},
            {"track_features": "a b"},
            {"features": ""},
        ),
        *({"timestamp": None}, {"license": None}, {"link": None}, {"noarch": None}, {"files": None}, {"channel": None}),
    ],
)
def test_what_conda_takes_is_no_fault(changes: dict[str, Any]) -> None:
    assert decoded(**changes).fault == ""


def test_a_record_without_the_optional_fields_is_no_fault() -> None:
    few = {"name": "x", "version": "1", "build": "0", "build_number": 0}
    assert records.decode(json.dumps(few).encode()).fault == ""
