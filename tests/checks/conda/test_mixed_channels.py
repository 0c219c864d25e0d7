"""CON001 mixed-channels: loud and quiet."""

from envdoctor.engine.rules import Severity
from envdoctor.testing import conda, distribution, findings, outcome, packages, record
from envdoctor_checks.conda.mixed_channels import mixed_channels
from tests.checks.conda._shared import base
from tests.support.cures import argvs, cure


def test_binaries_of_both_channels_are_mixed_and_the_core_comes_first() -> None:
    mixed = conda(record("zzz", channel="pkgs/main"), record("openssl", channel="pkgs/main"), record("python"))
    (finding,) = findings(mixed_channels, conda=mixed)
    assert finding.severity == Severity.WARNING and "core" in finding.title
    assert {item.label: item.value for item in finding.evidence}["defaults"] == "2: openssl 1.0, zzz 1.0"


def test_conda_itself_stays_in_base() -> None:
    mixed = [record("conda", requested=True), record("hdf5", channel="pkgs/main", requested=True)]
    here = conda(*mixed, is_base=True, base=base("hdf5"))
    (finding,) = findings(mixed_channels, conda=here)
    assert argvs(cure(finding, conda=here))[0].endswith(" --strict-channel-priority python hdf5")


def test_bioconda_stays_beside_conda_forge_in_the_new_environment() -> None:
    """conda-forge alone has no samtools; what a retired channel had, conda-forge has."""
    mixed = [record("python"), record("hdf5", channel="pkgs/main", requested=True)]
    asked = [
        record(name, channel=name_of, requested=True)
        for name, name_of in (("samtools", "bioconda"), ("torch", "pytorch"))
    ]
    (finding,) = findings(mixed_channels, conda=conda(*mixed, *asked))
    fix = cure(finding, conda=conda(*mixed, *asked))
    assert fix.title == "make an environment from conda-forge and bioconda alone"
    assert argvs(fix) == [
        "conda create --name one-channel --override-channels --channel conda-forge --channel bioconda "
        "--strict-channel-priority python=1.0 hdf5 samtools torch"
    ]


def test_what_pip_took_from_elsewhere_is_told_and_asked_of_no_index() -> None:
    mixed = conda(record("python"), record("hdf5", channel="pkgs/main", requested=True))
    there = packages(distribution("mine", url="git+https://git.test/mine"), distribution("cowsay"))
    (finding,) = findings(mixed_channels, conda=mixed, packages=there)
    fix = cure(finding, conda=mixed)
    assert argvs(fix)[1].endswith("pip install cowsay") and "mine came from elsewhere" in fix.reason


def test_noarch_packages_of_another_channel_are_no_mix() -> None:
    assert findings(mixed_channels, conda=conda(record("a"), record("b", channel="pkgs/main", subdir="noarch"))) == []


def test_bioconda_beside_conda_forge_is_no_mix() -> None:
    assert findings(mixed_channels, conda=conda(record("python"), record("samtools", channel="bioconda"))) == []


def test_a_mirror_of_conda_forge_is_conda_forge() -> None:
    mirror = record("a", channel="https://mirrors.example.org/anaconda/cloud/conda-forge")
    assert findings(mixed_channels, conda=conda(mirror, record("python"))) == []


def test_unreadable_records_are_no_pass() -> None:
    assert outcome(mixed_channels, conda=conda(record("a"), unreadable={"x.json": "x.json: empty"})).status == "unknown"
