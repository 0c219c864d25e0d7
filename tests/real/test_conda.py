"""Conda prefixes made by rattler, and the faults made in them for real."""

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.support.laboratory import BIOCONDA, CONDA_FORGE, MAIN, Package, add, install, library, python_module
from tests.support.patients import Checkup, Patient, checkup, clean_environ, copy_patient, patient_at, remove, write
from tests.support.repacked import cpython

pytestmark = pytest.mark.real

TOKEN = "zz-3f6a9c1e-secret"


@pytest.fixture(scope="session")
def channels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """conda-forge, defaults and bioconda, in small."""
    folder = tmp_path_factory.mktemp("channels")
    numpy = python_module("numpy", "1.26.4", build="py311h0_0", noarch=None, depends=("python", "libblas"))
    site = f"lib/python{sys.version_info[0]}.{sys.version_info[1]}/"
    numpy = Package(
        "numpy",
        "1.26.4",
        "py_0",
        {site + path: content for path, content in numpy.files.items()},
        ("python", "libblas"),
    )
    add(
        folder,
        CONDA_FORGE,
        cpython(folder),
        numpy,
        *(library(name) for name in ("openssl", "libgcc", "libblas", "zlib")),
        python_module("lab-tool", "1.0"),
        python_module("pandas", "2.2.0", depends=("python", "lab-tool")),
        *(python_module(f"extra{number}") for number in range(6)),
        python_module("conda", "26.7.0", build="py_0", depends=("python", "zlib")),
    )
    add(folder, MAIN, library("libmain"), library("hdf5"), python_module("anaconda", "2026.07", build="py_0"))
    add(folder, BIOCONDA, library("samtools"))
    return folder


@pytest.fixture(scope="session")
def template(channels: Path, tmp_path_factory: pytest.TempPathFactory) -> Patient:
    prefix = tmp_path_factory.mktemp("conda") / "env"
    install(prefix, channels, {CONDA_FORGE: ["python", "numpy", "lab-tool"], BIOCONDA: ["samtools"]})
    return patient_at(prefix)


@pytest.fixture
def patient(template: Patient, tmp_path: Path) -> Patient:
    return copy_patient(template, tmp_path / "env")


def wheel(folder: Path, name: str, version: str, requires: str = "") -> Path:
    """A wheel for pip to install; it shares its files with the package of that name in the channels."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    files = {
        f"{name}/__init__.py": f"# by pip\n__version__ = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        + (f"Requires-Dist: {requires}\n" if requires else ""),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in files.items():
            archive.writestr(file, text)
        archive.writestr(f"{info}/RECORD", "".join(f"{file},,\n" for file in [*files, f"{info}/RECORD"]))
    return path


def pip(patient: Patient, *words: str) -> None:
    """The tests' pip, working on the patient."""
    argv = [sys.executable, "-m", "pip", "--python", str(patient.python), *words]
    done = subprocess.run(argv, env=clean_environ(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def pip_install(patient: Patient, *words: str) -> None:
    pip(patient, "install", "--quiet", "--no-index", "--no-deps", "--root-user-action=ignore", *words)


def codes(seen: Checkup) -> set[str]:
    """The CON codes at warning or error."""
    return {
        item["code"]
        for item in seen.document["findings"]
        if item["code"].startswith("CON") and item["severity"] != "info"
    }


def examine(patient: Patient, *args: str, home: Path | None = None, **variables: str) -> Checkup:
    environ = clean_environ(**variables)
    if home:
        environ["HOME"] = str(home)
    return checkup(patient, *args, environ=environ)


def conda_facts(seen: Checkup) -> dict[str, Any]:
    facts = seen.document["facts"]["conda"]
    assert isinstance(facts, dict)
    return facts


def as_root(patient: Patient, initial: str = "", history: str = "") -> Patient:
    """The prefix as an installation: with conda's scripts, and what its installer wrote."""
    (patient.prefix / "condabin").mkdir()
    program = patient.prefix / "bin" / "conda"
    if not program.exists():
        write(program, f"#!{patient.prefix}/bin/python\n")
    write(patient.prefix / "conda-meta" / "history", history)
    if initial:
        write(patient.prefix / "conda-meta" / "initial-state.explicit.txt", initial)
    return patient


def explicit(patient: Patient) -> str:
    records = [json.loads(path.read_text()) for path in sorted(patient.prefix.glob("conda-meta/*.json"))]
    return "@EXPLICIT\n" + "".join(f"{record['url']}#{record['md5']}\n" for record in records)


def test_a_prefix_with_bioconda_is_healthy_softlinks_and_replaced_prefixes_included(patient: Patient) -> None:
    seen = examine(patient)
    assert {item["code"] for item in seen.document["findings"]} & {
        f"CON{number:03}" for number in range(1, 16)
    } == set()
    assert seen.changed == []
    names = {record["name"]: record for record in conda_facts(seen)["records"]}
    assert names["numpy"]["requested"] and not names["libblas"]["requested"]
    assert names["samtools"]["channel"] == "bioconda" and names["numpy"]["channel"] == "conda-forge"


def test_an_upgrade_by_pip_is_found_as_replaced(patient: Patient, tmp_path: Path) -> None:
    pip_install(patient, "--upgrade", str(wheel(tmp_path / "wheels", "lab-tool", "2.0")))
    seen = examine(patient)
    assert codes(seen) == {"CON007"}
    finding = seen.finding("CON007")
    assert finding["subject"] == "lab-tool" and finding["severity"] == "warning"
    assert conda_facts(seen)["overlaps"][0]["shape"] == "replaced"
    (fix,) = finding["fixes"]
    assert fix["steps"][0]["argv"][-1] == "lab-tool"
    assert fix["steps"][1]["argv"][-2:] == ["--force-reinstall", "lab-tool==1.0"]


def test_pip_over_numpy_is_an_error(patient: Patient, tmp_path: Path) -> None:
    pip_install(patient, "--upgrade", str(wheel(tmp_path / "wheels", "numpy", "2.4.0")))
    finding = examine(patient).finding("CON007")
    assert (finding["subject"], finding["severity"]) == ("numpy", "error")


def test_ignore_installed_is_found_as_beside(patient: Patient, tmp_path: Path) -> None:
    pip_install(patient, "--ignore-installed", str(wheel(tmp_path / "wheels", "lab-tool", "2.0")))
    seen = examine(patient)
    assert codes(seen) == {"CON007"}
    assert conda_facts(seen)["overlaps"][0]["shape"] == "beside"


def test_the_same_version_by_pip_is_found_as_overwritten(patient: Patient, tmp_path: Path) -> None:
    pip_install(patient, "--ignore-installed", str(wheel(tmp_path / "wheels", "lab-tool", "1.0")))
    seen = examine(patient)
    assert codes(seen) == {"CON007"}
    assert conda_facts(seen)["overlaps"][0]["shape"] == "overwritten"


def test_a_deleted_record_is_found_by_the_history(patient: Patient, tmp_path: Path) -> None:
    history = "==> 2026-01-01 00:00:00 <==\n# cmd: conda create -n env lab-tool\n"
    history += "+conda-forge/noarch::lab-tool-1.0-pyhd8ed1ab_0\n"
    write(patient.prefix / "conda-meta" / "history", history)
    pip_install(patient, "--upgrade", str(wheel(tmp_path / "wheels", "lab-tool", "2.0")))
    remove(next(patient.prefix.glob("conda-meta/lab-tool-*.json")))
    seen = examine(patient)
    assert codes(seen) == {"CON007"}
    assert conda_facts(seen)["overlaps"][0]["shape"] == "unrecorded"


def test_a_package_that_only_pip_has_is_no_overlap(patient: Patient, tmp_path: Path) -> None:
    pip_install(patient, str(wheel(tmp_path / "wheels", "something-else", "2.0")))
    assert codes(examine(patient)) == set()


def test_mixed_channels_name_the_core_split_first(channels: Path, tmp_path: Path) -> None:
    prefix = install(tmp_path / "env", channels, {CONDA_FORGE: ["python", "numpy"], MAIN: ["libmain", "hdf5"]})
    seen = examine(patient_at(prefix))
    assert codes(seen) == {"CON001"}
    rows = {row["label"]: row["value"] for row in seen.finding("CON001")["evidence"]}
    assert rows["defaults"].startswith("2: hdf5") and "python" in rows["conda-forge"]
    assert "core" in seen.finding("CON001")["title"]
    assert {item["code"] for item in seen.document["findings"]} >= {"CON004"}


def test_missing_and_altered_files_are_found_and_links_and_replaced_files_stay_quiet(patient: Patient) -> None:
    site = patient.site
    remove(site / "numpy" / "core.py")
    write(site / "lab-tool" / "core.py", "altered\n")
    write(patient.prefix / "lib" / "pkgconfig" / "zlib.pc", "prefix=/elsewhere/and/longer\n")
    link = patient.prefix / "lib" / "libblas.so"
    link.unlink()
    link.symlink_to("libblas.so.1.0")
    seen = examine(patient)
    found = {item["subject"]: item for item in seen.findings("CON008")}
    assert set(found) == {"numpy", "lab-tool"}
    assert any("core.py" in row["label"] and row["value"] == "gone" for row in found["numpy"]["evidence"])
    assert found["lab-tool"]["severity"] == "error"


def test_an_edit_that_keeps_the_size_is_found_by_deep_alone(patient: Patient) -> None:
    file = patient.site / "lab-tool" / "core.py"
    write(file, "#" * file.stat().st_size)
    assert examine(patient, "--select", "CON008").codes() == set()
    finding = examine(patient, "--select", "CON008", "--deep").finding("CON008")
    assert finding["subject"] == "lab-tool"
    assert finding["evidence"][0]["value"] == "other content"


def test_a_whole_prefix_passes_deep(patient: Patient) -> None:
    seen = examine(patient, "--select", "CON008", "--deep")
    assert (seen.status, seen.outcome("CON008")["status"]) == (0, "passed")


def test_files_that_slimmed_images_lack_are_worth_a_word_only(patient: Patient) -> None:
    remove(patient.prefix / "share" / "doc" / "python" / "README")
    seen = examine(patient)
    assert [(item["subject"], item["severity"]) for item in seen.findings("CON008")] == [
        ("files that no code needs", "info")
    ]


@pytest.mark.parametrize("leftover", ["prefix_record_1a2b", "prefix_record_1a2b.json", "scipy-1.0-h0_0.json"])
def test_an_interrupted_install_is_found(patient: Patient, leftover: str) -> None:
    write(patient.prefix / "conda-meta" / leftover, "")
    seen = examine(patient)
    assert codes(seen) == {"CON013"}
    assert leftover in seen.accusations()
    if leftover.startswith("prefix_record_"):  # it is no record: the others are whole, and judged
        assert seen.outcome("CON008")["status"] == "passed"


def test_a_python_without_a_record_is_an_interrupted_install(patient: Patient) -> None:
    remove(next(patient.prefix.glob("conda-meta/python-3*.json")))
    assert "CON013" in codes(examine(patient))


def test_unreadable_records_are_survived_and_named(patient: Patient) -> None:
    meta = patient.prefix / "conda-meta"
    whole = next(meta.glob("zlib*.json"), None) or next(meta.glob("openssl*.json"))
    write(meta / "truncated-1.0-0.json", whole.read_bytes()[:200])
    write(meta / "latin-1.0-0.json", b'{"name": "latin", "version": "1.0", "build": "\xe9"}')
    (meta / "folder-1.0-0.json").mkdir()
    seen = examine(patient)
    assert "CON013" not in codes(seen)
    outcome = seen.outcome("CON008")
    assert outcome["status"] == "unknown"
    assert set(conda_facts(seen)["unreadable"]) == {"truncated-1.0-0.json", "latin-1.0-0.json", "folder-1.0-0.json"}


def test_base_with_user_packages_is_told_exactly(channels: Path, tmp_path: Path) -> None:
    prefix = install(tmp_path / "root", channels, {CONDA_FORGE: ["python", "conda"]})
    root = patient_at(prefix)
    initial = explicit(root)
    install(prefix, channels, {CONDA_FORGE: ["pandas", "numpy"]})
    pip_install(root, str(wheel(tmp_path / "wheels", "something-else", "2.0")))
    seen = examine(as_root(root, initial))
    base = conda_facts(seen)["base"]
    assert base["added"] == ["lab-tool", "libblas", "numpy", "pandas"]
    assert base["requested"] == ["numpy", "pandas"]
    assert base["pip"] == ["something-else"]
    records = {record["name"]: record["bytes"] for record in conda_facts(seen)["records"]}
    assert base["added_bytes"] == sum(records[name] for name in base["added"])
    finding = seen.finding("CON005")
    assert finding["severity"] == "warning"
    own = finding["fixes"][0]
    assert own["steps"][0]["argv"] == ["conda", "create", "--name", "work", "numpy", "pandas"]
    assert "something-else came from elsewhere, and has to be brought by hand" in own["reason"]
    assert {item["code"] for item in seen.document["findings"]} >= {"CON006"}


def test_a_fresh_and_a_frozen_base_are_quiet_about_bloat(channels: Path, tmp_path: Path) -> None:
    root = patient_at(install(tmp_path / "root", channels, {CONDA_FORGE: ["python", "conda"]}))
    as_root(root, explicit(root))
    write(root.prefix / "conda-meta" / "frozen", "{}\n")
    seen = examine(root)
    assert "CON005" not in seen.codes()
    assert conda_facts(seen)["base"]["frozen"] is True


def test_nothing_is_installed_into_a_frozen_base_that_has_user_packages(channels: Path, tmp_path: Path) -> None:
    prefix = install(tmp_path / "root", channels, {CONDA_FORGE: ["python", "conda"]})
    root = patient_at(prefix)
    initial = explicit(root)
    install(prefix, channels, {CONDA_FORGE: ["pandas", "numpy"]})
    needy = wheel(tmp_path / "wheels", "something-else", "2.0", requires="missing-thing>=2")  # a fault of PKG001
    pip_install(root, str(needy))
    write(as_root(root, initial).prefix / "conda-meta" / "frozen", "{}\n")
    seen = examine(root)
    fixes = {item["code"]: item["fixes"] for item in seen.document["findings"]}
    assert conda_facts(seen)["base"]["frozen"] and {"CON005", "CON006", "PKG001"} <= set(fixes)
    create, leave = fixes["CON005"]
    assert create["steps"][0]["argv"] == ["conda", "create", "--name", "work", "numpy", "pandas"]
    assert leave["applicability"] == "manual" and leave["steps"] == []
    assert fixes["PKG001"][0]["steps"][0]["argv"][1:2] == ["create"]
    for argv in (step["argv"] for found in fixes.values() for fix in found for step in fix["steps"]):
        assert not changes(argv, root), argv
    undone = [fix["undo"] for found in fixes.values() for fix in found if fix["undo"]]
    assert undone and not any(changes(line.split(), root) for text in undone for line in text.split("; ")), undone


def changes(argv: list[str], root: Patient) -> bool:
    """Whether a command puts something into the environment at ``root``, or takes something out."""
    into = {"--name": "base", "-n": "base", "--prefix": str(root.prefix), "-p": str(root.prefix)}
    there = any(into.get(word) == value for word, value in pairwise([*argv, ""])) or argv[0].startswith(
        str(root.prefix)
    )
    nowhere = argv[0].endswith(("conda", "mamba", "pip")) and not set(into) & set(argv)
    return bool({"install", "remove", "uninstall", "update"} & set(argv)) and (there or nowhere)


@pytest.fixture
def open_home() -> Iterator[Path]:
    """A HOME that others may look into: pytest's own folders let nobody in."""
    with tempfile.TemporaryDirectory(prefix="home-") as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


def test_a_token_in_a_channel_is_found_and_never_shown(patient: Patient, open_home: Path, tmp_path: Path) -> None:
    condarc = f"""\
channels:
  - https://conda.anaconda.org/t/{TOKEN}/private
  - https://ada:{TOKEN}@example.org/channel
  - {{broken: https://ada:{TOKEN}@example.org}}
custom_channels:
  mine: https://x:{TOKEN}@example.org
"""
    write(open_home / ".condarc", condarc, mode=0o644)
    seen = examine(patient, home=open_home)
    assert codes(seen) == {"CON009", "CON011"}
    assert TOKEN not in seen.stdout + seen.stderr + seen.text
    write(open_home / ".condarc", condarc, mode=0o600)
    assert "CON009" not in examine(patient, home=open_home).codes()
    write(tmp_path / "home" / ".condarc", condarc, mode=0o644)  # below a folder that is closed to others
    assert {item["severity"] for item in examine(patient, home=tmp_path / "home").findings("CON009")} == {"info"}


def test_a_recording_holds_no_credential(patient: Patient, tmp_path: Path) -> None:
    write(tmp_path / "home" / ".condarc", f"channels: ['https://conda.anaconda.org/t/{TOKEN}/private']\n")
    record = next(patient.prefix.glob("conda-meta/lab-tool-*.json"))
    document = json.loads(record.read_text())
    document["channel"] = f"https://conda.anaconda.org/t/{TOKEN}/private"
    document["url"] = document["channel"] + "/noarch/lab-tool-1.0.conda"
    write(record, json.dumps(document))
    argv = [sys.executable, "-m", "envdoctor", "snapshot", "--python", str(patient.python)]
    environ = clean_environ(HOME=str(tmp_path / "home"), CONDA_CHANNELS=f"https://ada:{TOKEN}@example.org")
    done = subprocess.run(argv, env=environ, capture_output=True, text=True, check=True)
    assert TOKEN not in done.stdout + done.stderr
    assert '"private"' in done.stdout


def test_a_condarc_that_conda_ignores_is_found(patient: Patient, tmp_path: Path) -> None:
    home = tmp_path / "home"
    write(home / ".condarc", "channels:\n\t- conda-forge\n")
    write(home / ".condarc.yml", "channels: [conda-forge]\n")
    seen = examine(patient, home=home)
    assert codes(seen) == {"CON011"}
    assert {item["subject"] for item in seen.findings("CON011")} == {f"{home}/.condarc", f"{home}/.condarc.yml"}


def test_the_root_is_found_from_a_child_environment(channels: Path, tmp_path: Path) -> None:
    root = as_root(patient_at(install(tmp_path / "root", channels, {CONDA_FORGE: ["python", "conda"]})))
    write(root.prefix / ".condarc", "channels: [conda-forge]\n")
    child = patient_at(install(root.prefix / "envs" / "work", channels, {CONDA_FORGE: ["python"]}))
    facts = conda_facts(examine(child))
    assert facts["root_prefix"] == str(root.prefix)
    assert facts["flavour"] == "miniforge"
    assert facts["version"] == "26.7.0"
    assert facts["channels"] == ["conda-forge"]
    assert not facts["is_base"]


def test_an_anaconda_base_is_healthy_for_a_beginner(channels: Path, tmp_path: Path) -> None:
    root = patient_at(install(tmp_path / "root", channels, {CONDA_FORGE: ["python"], MAIN: ["anaconda", "hdf5"]}))
    for record in root.prefix.glob("conda-meta/*.json"):  # as Anaconda's installer has it: all of it from pkgs/main
        write(record, record.read_text().replace(CONDA_FORGE, MAIN))
    as_root(root, explicit(root))
    write(root.prefix / ".condarc", "channels: [defaults]\n")
    seen = examine(root)
    assert conda_facts(seen)["flavour"] == "anaconda"
    assert codes(seen) == set()
    assert "CON005" not in seen.codes()


def test_micromambas_environment_is_told_by_its_root(channels: Path, tmp_path: Path) -> None:
    root = tmp_path / "micromamba"
    child = patient_at(install(root / "envs" / "work", channels, {CONDA_FORGE: ["python"]}))
    (root / "pkgs").mkdir()
    facts = conda_facts(examine(child, MAMBA_ROOT_PREFIX=str(root)))
    assert (facts["flavour"], facts["root_prefix"], facts["tool"]) == ("micromamba", str(root), "micromamba")
    assert facts["channels"] == ["conda-forge"]


def test_pixis_channels_are_those_of_its_manifest(channels: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    child = patient_at(install(project / ".pixi" / "envs" / "default", channels, {CONDA_FORGE: ["python"]}))
    write(child.prefix / "conda-meta" / "pixi", "{}")
    write(tmp_path / "home" / ".condarc", "channels: [defaults]\n")
    write(project / "pixi.toml", "[workspace]\nchannels = ['conda-forge', 'pytorch', 'http://example.org/c']\n")
    seen = examine(child, home=tmp_path / "home")
    facts = conda_facts(seen)
    assert (facts["flavour"], facts["channels"][:2]) == ("pixi", ["conda-forge", "pytorch"])
    assert (facts["channel_priority"], facts["config_files"]) == ("strict", [f"{project}/pixi.toml"])
    assert codes(seen) == {"CON009", "CON012"}
    assert "pixi.toml" in json.dumps(seen.finding("CON012")["fixes"])
    assert "conda config" not in seen.stdout
