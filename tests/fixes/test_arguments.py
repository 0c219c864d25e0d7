"""No word of a patient's, or of a recording's, becomes an argument unless it is what it claims to be."""

import itertools
from pathlib import Path
from typing import Any

import pytest

from envdoctor.ecosystem.names import NAME, REQUIREMENT, URL, is_a
from envdoctor.engine.remedies import (
    Change,
    Configure,
    DeleteFiles,
    GiveBack,
    Install,
    InstallBuild,
    InstallSystem,
    Lock,
    MakePrivate,
    NewEnvironment,
    Recreate,
    RegisterKernel,
    Remedy,
    Remove,
    RemoveKernel,
    Replace,
    Run,
    SlimBase,
    Sync,
    UnsetEnv,
)
from envdoctor.facts import CondaRecord, Declaration, Distribution, Facts, Link, Locked, Project
from envdoctor.fixes import Toolbox, steps
from envdoctor.probe.packages.whole import read
from envdoctor.probe.world import World
from envdoctor.testing import PREFIX, distribution, packages, patient
from envdoctor.testing import conda as conda_facts
from tests.fixes.test_tools import conda, made_by

EVIL = [
    "-r/tmp/evil.txt", "--index-url=http://evil/simple", "-e/tmp/evil", "--target=/tmp/x", "evil @ http://evil.example/x.whl",
    "evil@file:///tmp/evil", "$(touch /tmp/PWN)", "`id`", "a\u2028b", "../../evil", "/tmp/evil", "http://evil.example/x.whl",
    "git+https://evil.example/x", "-i", "--pre", "a b --index-url=http://evil", "x\r--index-url=http://evil", "x\n-r/tmp/evil",
    "C:\\evil", "~/evil", "*", "!!", "%0Aevil", "'q'", '"q"', "numpy --index-url http://evil", "-", "--", ".", "..", "",
    "numpy\n", "ｎｕｍｐｙ", "numpy[evil]/tmp", "a" * 5000,
]  # fmt: skip
HOSTILE = ("evil", "/tmp", "PWN", "--target", "ｎ", "%0A", "`", "\n", "\r")
ROOT = "/home/ada/fit"


def tools(**sections: Any) -> list[Facts]:
    """A patient of each tool."""
    kinds = [("venv", "python3"), ("uv-venv", "uv"), ("poetry", "poetry"), ("pipx", "pipx"), ("uv-tool", "uv")]
    found = [made_by(kind, command, **sections) for kind, command in kinds]
    return [*found, conda("conda-env", "conda", **sections), conda("pixi", "pixi", **sections)]


def words(known: Facts, remedy: Remedy) -> tuple[str, list[str], str]:
    fix = Toolbox(known).fix(remedy, "PKG001")
    argv = [word for step in fix.steps if isinstance(step, steps.Run) for word in step.argv]
    return (
        fix.applicability,
        argv + [name for it in fix.steps if isinstance(it, steps.UnsetEnv) for name in it.names],
        fix.undo,
    )


@pytest.mark.parametrize("name", EVIL)
def test_what_is_no_name_ends_in_words_in_every_tool(name: str) -> None:
    remedies: list[Remedy] = [
        Install((name,)), Install((name,), force=True), Install((f"{name}==1.0",), force=True), Install((f"numpy=={name}",)),
        Install((name,), force=True, conda=True), Remove((name,)), Remove((name, name)), Replace((name,), ("numpy",)),
        Replace(("numpy",), (name,)), InstallBuild(name or "-"), InstallBuild("torch", cuda=name or "-"), Recreate(name or "-"),
        InstallSystem({"apt-get": (name,)}), UnsetEnv((name,)),
    ]  # fmt: skip
    for known, remedy in itertools.product(tools(), remedies):
        applicability, argv, undo = words(known, remedy)
        assert applicability == "manual", (remedy, argv)
        assert argv == []
        assert undo == ""


@pytest.mark.parametrize("name", EVIL)
def test_what_is_installed_under_such_a_name_never_comes_back_with_the_rest(name: str) -> None:
    evil = [
        distribution(name, "1.0"),
        distribution("vic", f"1.0 {name}"),
        distribution("from-afar", "1.0", url=f"git+https://x@{name}"),
        distribution("asks", "1.0", [f"numpy<2{name}", f"numpy {name}"]),
    ]
    lock = Declaration(
        file="uv.lock",
        kind="uv.lock",
        lock=True,
        locked=[Locked(name="scipy", key="scipy", version=f"1 {name}", line=1)],
    )
    project = Project(root=ROOT, evidence="pyproject.toml", declarations=[lock])
    record = CondaRecord(name=name, version="1", build="0", channel="conda-forge", requested=True)
    sections = {
        "packages": packages(distribution("pip"), distribution("numpy", "1.0"), *evil),
        "project": project,
        "conda": conda_facts(records=[record]),
    }
    asked: list[Remedy] = [Install(("numpy>1.5",)), Install(("scipy",)), Recreate("3.13"), Recreate(), Remove(("vic",))]
    for known, remedy in itertools.product(tools(**sections), asked):
        _, argv, undo = words(known, remedy)
        for word in [*argv, undo]:
            assert word not in ("--pre", "-i", "--")
            assert not any(part in word for part in HOSTILE), word


@pytest.mark.parametrize("name", EVIL)
def test_a_name_in_metadata_that_is_none_is_told_and_never_used(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "site-packages" / "vic-1.0.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_bytes(b"Metadata-Version: 2.1\nName: " + name.encode() + b"\nVersion: 1.0\n\n")
    (folder / "INSTALLER").write_text("pip\n", encoding="ascii")
    world = World(root=str(tmp_path), home="/home/ada", cwd="/home/ada", environ={})
    (found,) = read(world, ["/site-packages"]).distributions
    assert is_a(NAME, found.name) or found.problem == "the Name in METADATA is no name of a package"
    for remedy in (
        Install((found.name,), force=True),
        Install((f"{found.name}==1.0",), force=True),
        Remove((found.name,)),
    ):
        applicability, argv, _ = words(made_by("venv", packages=packages(distribution("pip"), found)), remedy)
        assert applicability == "manual" or found.name in ("vic", "numpy", "x"), argv  # what stands before a line break


def test_a_command_of_a_check_takes_no_option_with_a_value_from_the_patient() -> None:
    assert words(made_by("venv"), Run("t", ("conda", "remove", "--index-url=http://evil")))[0] == "manual"
    assert words(made_by("venv"), Run("t", ("-x",)))[0] == "manual"
    assert words(made_by("venv"), Run("t", ("conda", "remove", "--prefix", PREFIX, "a-b"), safe=True))[0] == "safe"


def test_a_patient_whose_paths_would_be_options_is_not_named() -> None:
    link = Link(kind="venv", prefix="-r/tmp/evil")
    known = made_by("venv", patient=patient(executable="--evil", prefix="-r/tmp/evil", origin=[link]))
    assert words(known, Install(("numpy",)))[1][:5] == ["uv", "pip", "install", "--python", ""]


@pytest.mark.parametrize(
    "word",
    ["numpy", "NumPy", "zope.interface", "a", "ruamel.yaml.clib", "jax[cuda12]", "jax[cuda12, tpu]>=0.4,<0.6", "numpy (>=1.20)",
     "numpy<2", "torch==2.3.0+cu121", "scipy==1.*", "numpy~=1.26.0", "x===2004d", "pandas!=2.2.0,>=2"],
)  # fmt: skip
def test_sound_requirements_pass(word: str) -> None:
    assert is_a(REQUIREMENT, word)


@pytest.mark.parametrize(
    ("url", "sound"),
    [
        ("https://files.example/pkg-1.0-py3-none-any.whl#sha256=00", True),
        ("git+https://github.com/numpy/numpy.git@0123abcd", True),
        ("file:///home/ada/my%20work/pkg", True),
        ("git+ssh://git@example.org/x/y@main", True),
        ("git+https://x/y@--upload-pack=evil", False),
        ("git+ssh://-oProxyCommand=evil/x", False),
        ("ext::sh -c evil", False),
        ("https://x/y z", False),
        ("file:///tmp/$(evil)", False),
    ],
)
def test_a_place_to_install_from_is_a_url_without_options(url: str, sound: bool) -> None:
    assert is_a(URL, url) is sound
    item: Distribution = distribution("fit", "1.0", url=url)
    fix = Toolbox(made_by("venv", packages=packages(distribution("pip"), item))).fix(
        Install(("fit",), force=True), "PKG004"
    )
    assert fix.applicability == ("unsafe" if sound else "safe")
    assert (url in str(fix.steps)) is sound


@pytest.mark.parametrize("word", ["--index-url=http://evil/simple", "-r/tmp/evil.txt", "--prefix=/tmp/x"])
def test_no_errand_carries_an_option_of_a_patients(word: str) -> None:
    """In whatever place of a remedy, and in the project's folder, too."""
    sick = conda_facts(root_prefix="/opt/conda")
    errands: list[Remedy] = [
        NewEnvironment("t", name="work", packages=(word,)), NewEnvironment("t", name="work", pip=(word,)),
        NewEnvironment("t", name=word), NewEnvironment("t", folder=word), NewEnvironment("t", name="x", channels=(word,)),
        Configure("t", (Change("remove", "channels", word),)), Configure("t", (Change("set", word, "strict"),)),
        Configure("t", (Change("set", "channel_priority", "strict", word),)), SlimBase((word,)), SlimBase((), (word,)),
        GiveBack(word, "pandas"), GiveBack("pandas", word), GiveBack("pandas", "pandas", word), GiveBack("a", "b", "1", "\n"),
        DeleteFiles((word,), "t", "r"), MakePrivate(word), RegisterKernel(word), RemoveKernel(word, "r"),
        Install(("ipykernel",), then=(RegisterKernel(word),)),
    ]  # fmt: skip
    for errand in errands:
        assert words(conda("conda-env", "conda", conda=sick), errand)[:2] == ("manual", []), errand
    project = Project(root=word, evidence="x", declarations=[Declaration(file="pyproject.toml", kind="pyproject")])
    for errand in (Lock(), Sync(("uv.lock",))):
        assert words(made_by("uv-venv", "uv", project=project), errand)[:2] == ("manual", [])
