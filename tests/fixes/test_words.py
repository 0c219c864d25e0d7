"""What is said in words and never printed to be run, whoever asks for it."""

from pathlib import Path
from typing import Any

import pytest

from envdoctor.engine.plugins import built_in
from envdoctor.engine.remedies import (
    CallPip,
    Edit,
    GivePip,
    Install,
    KeepEnv,
    MakePrivate,
    Recreate,
    Remedy,
    Remove,
    Run,
    SetEnv,
    UnsetEnv,
)
from envdoctor.engine.run import examine
from envdoctor.facts import Attempt, Link
from envdoctor.facts.recording import load
from envdoctor.fixes import Toolbox, steps
from envdoctor.fixes.model import Fix
from envdoctor.fixes.steps import as_json
from envdoctor.testing import PREFIX, distribution, environment, facts, packages, patient, prefix, start
from tests.support.build import finding
from tests.support.cures import argvs, planned
from tests.support.harm import harmful, harms

RECORDINGS = sorted((Path(__file__).parents[1] / "recordings").glob("*.json"))
TWO = environment(LD_LIBRARY_PATH="/opt/cuda/lib64:/opt/mine", LD_PRELOAD="libx.so")
MODULES = {"patient": patient(overlays=["modules"]), "environment": TWO}
SPACK = {
    "patient": patient(origin=[Link(kind="spack", prefix="/sw/spack/python")], prefix="/sw/spack/python"),
    "prefix": prefix(path="/sw/spack/python", configuration=None),
}


def fixed(remedy: Remedy, **sections: Any) -> Fix:
    return Toolbox(facts(**sections)).fix(remedy, "A001")


@pytest.mark.parametrize(
    "remedy, sections",
    [
        (UnsetEnv(("LD_LIBRARY_PATH",)), {}),
        (UnsetEnv(("LD_LIBRARY_PATH",), title="take /opt/cuda/lib64 out of LD_LIBRARY_PATH"), {"environment": TWO}),
        (SetEnv({"LD_LIBRARY_PATH": "/opt/mine"}), MODULES),
        (SetEnv({"LD_LIBRARY_PATH": "/somewhere/else"}), {"environment": TWO}),
        (UnsetEnv(("LD_PRELOAD",)), {"environment": TWO}),
        (SetEnv({"LD_PRELOAD": "/usr/lib/libgomp.so.1"}), {}),
        (SetEnv({"GLIBC_TUNABLES": "glibc.rtld.optional_static_tls=4096"}), {}),
        (Edit("/home/ada/.bashrc", "add: export OMP_NUM_THREADS=4"), {}),
        (Edit("~/.config/fish/config.fish", "add: set -gx OMP_NUM_THREADS 4"), {}),
        (Run("let it in", ("docker", "run", "--security-opt", "seccomp=unconfined", "x")), {}),
        (Run("make it readable", ("chmod", "-R", "a+rX", "/opt/conda")), {}),
        (Run("make it yours", ("chown", "--recursive", "ada", "/opt/conda")), {}),
        (Run("reset it", ("sudo", "nvidia-smi", "--gpu-reset")), {}),
        (Run("load it", ("modprobe", "nvidia")), {}),
        (Run("join it", ("sudo", "usermod", "-aG", "render", "ada")), {}),
        (Run("free space", ("conda", "clean", "--all")), {}),
        (Run("install it for all", ("sudo", "pip", "install", "numpy")), {}),
        (Run("take it out", ("rm", "-r", "/sw/spack/python/lib/x")), SPACK),
        (MakePrivate("/etc/conda/condarc"), {}),
    ],
    ids=str,
)  # fmt: skip
def test_it_is_said_in_words(remedy: Remedy, sections: dict[str, Any]) -> None:
    fix = fixed(remedy, **sections)
    assert (fix.steps, fix.applicability, fix.undo) == ((), "manual", "")
    assert len(fix.title) > 20


@pytest.mark.posix
@pytest.mark.parametrize(
    "remedy, sections",
    [
        (SetEnv({"LD_LIBRARY_PATH": "/opt/mine"}), {"environment": TWO}),
        (UnsetEnv(("OMP_NUM_THREADS",)), MODULES),
        (Run("install it", ("sudo", "apt-get", "install", "libopenblas0")), {}),
        (MakePrivate("/home/ada/.condarc"), {}),
        (KeepEnv({"OMP_NUM_THREADS": "4"}), {}),
        (Edit("Dockerfile", "ENV OMP_NUM_THREADS=4"), {}),
    ],
    ids=str,
)
def test_what_concerns_nobody_else_stays_a_step(remedy: Remedy, sections: dict[str, Any]) -> None:
    assert fixed(remedy, **sections).steps


def test_what_is_unset_beside_a_variable_of_the_loader_stays_a_command() -> None:
    first, second = planned(
        finding("A001", UnsetEnv(("LD_LIBRARY_PATH",))), finding("A002", UnsetEnv(("OMP_NUM_THREADS",)))
    )
    assert (first.fix.steps, second.fix.steps) == ((steps.UnsetEnv(("OMP_NUM_THREADS",)),), ())


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_no_cure_of_a_recording_does_harm(path: Path) -> None:
    known = load(path.read_bytes(), path.name)
    found = [item for outcome in examine(known, built_in().checks) for item in outcome.findings]
    assert harms(found, known) == []
    assert [line for entry in planned(*found, known=known) for line in harmful(entry.fix, known)] == []


# --- a Python that does not start, and a culprit in another place ---

LOADER = "python: error while loading shared libraries: libpython3.12.so.1.0: cannot open shared object file"
STOPPED = start("none", Attempt(flags=["-I", "-S"], ended="status 127", answered=False, stderr=LOADER))


@pytest.mark.parametrize("remedy", [Install(("numpy",)), Install(("numpy",), force=True), Remove(("x",)), GivePip()])
def test_a_python_that_does_not_start_is_not_asked_to_mend_itself(remedy: Remedy) -> None:
    fix = fixed(remedy, start=STOPPED)
    assert fix.steps == () and "once this Python starts again (status 127)" in fix.title


def test_nor_is_another_environment_made_of_it() -> None:
    fix = fixed(Recreate(), start=STOPPED)
    assert "/usr/bin/python3.12" not in str(list(map(as_json, fix.steps)))


AT_HOME = distribution("numpy", "2.2.6", location="/home/ada/.local/lib/python3.12/site-packages")


@pytest.mark.parametrize("remedy", [Install(("numpy",), force=True), Remove(("numpy",))])
def test_what_lies_outside_of_the_environment_is_not_mended_inside(remedy: Remedy) -> None:
    for known in (packages(AT_HOME), packages(AT_HOME, distribution("numpy", "1.26.4"))):
        fix = fixed(remedy, packages=known)
        assert fix.steps == ()
        assert f"numpy lies in {AT_HOME.location}, outside of this environment" in fix.title
    assert fixed(remedy, packages=packages(distribution("numpy", "2.2.6"))).steps


def test_in_place_of_a_pip_that_serves_another_python_it_is_said_what_to_type() -> None:
    by_pip = fixed(CallPip(), packages=packages(distribution("pip", "25.0")))
    assert by_pip.title == f"in place of `pip install NAME` type `{PREFIX}/bin/python -m pip install NAME`"
    assert f"`uv pip install --python {PREFIX} NAME`" in fixed(CallPip()).title
    assert by_pip.steps == ()


@pytest.mark.posix
def test_a_pip_of_its_own_answers_to_its_name() -> None:
    assert argvs(fixed(GivePip())) == [f"{PREFIX}/bin/python -m ensurepip --default-pip"]
