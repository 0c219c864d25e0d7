"""The rules on conda, each loud and quiet."""

from typing import Any

import pytest

from envdoctor.facts import (
    CondaBase,
    CondaDamage,
    CondaFileProblem,
    CondaOverlap,
    CondaSecret,
    CondaSetting,
    Missing,
)
from envdoctor.rules import Check, Edit, Manual, Run, Severity
from envdoctor_checks import conda_base, conda_channels, conda_config, conda_files, conda_prefix
from tests.build import PREFIX, changed, conda, findings, outcome, patient, prefix, record

FILE = "/home/ada/.condarc"


def configured(*channels: str, priority: str = "strict", **changes: Any) -> Any:
    settings = {
        "channels": CondaSetting(value=list(channels), sources=[FILE]),
        "channel_priority": CondaSetting(value=priority, sources=[FILE]),
        **changes.pop("settings", {}),
    }
    values = {"channels": list(channels), "channel_priority": priority, "config_files": [FILE], "settings": settings}
    return conda(**(values | changes))


# --- CON001, CON004 ---


def test_binaries_of_both_channels_are_mixed_and_the_core_comes_first() -> None:
    mixed = conda(record("zzz", channel="pkgs/main"), record("openssl", channel="pkgs/main"), record("python"))
    (finding,) = findings(conda_prefix.mixed_channels, conda=mixed)
    assert finding.level == Severity.WARNING and "core" in finding.title
    assert {item.label: item.value for item in finding.evidence}["defaults"] == "2: openssl 1.0, zzz 1.0"


def test_conda_itself_stays_in_base() -> None:
    mixed = [record("conda", requested=True), record("hdf5", channel="pkgs/main", requested=True)]
    here = conda(*mixed, is_base=True, base=base("hdf5"))
    (fix,) = findings(conda_prefix.mixed_channels, conda=here)[0].remedies
    assert isinstance(fix, Run) and fix.argv[-2:] == ("python", "hdf5")


def test_bioconda_stays_beside_conda_forge_in_the_new_environment() -> None:
    """conda-forge alone has no samtools; what a retired channel had, conda-forge has."""
    mixed = [record("python"), record("hdf5", channel="pkgs/main", requested=True)]
    asked = [
        record(name, channel=name_of, requested=True)
        for name, name_of in (("samtools", "bioconda"), ("torch", "pytorch"))
    ]
    (fix,) = findings(conda_prefix.mixed_channels, conda=conda(*mixed, *asked))[0].remedies
    assert isinstance(fix, Run) and fix.title == "make an environment from conda-forge and bioconda alone"
    assert fix.argv[fix.argv.index("--override-channels") + 1 :] == (
        *("--channel", "conda-forge", "--channel", "bioconda", "--strict-channel-priority"),
        *("hdf5", "samtools", "torch"),
    )


def test_noarch_packages_of_another_channel_are_no_mix() -> None:
    assert (
        findings(
            conda_prefix.mixed_channels, conda=conda(record("a"), record("b", channel="pkgs/main", subdir="noarch"))
        )
        == []
    )


def test_bioconda_beside_conda_forge_is_no_mix() -> None:
    assert (
        findings(conda_prefix.mixed_channels, conda=conda(record("python"), record("samtools", channel="bioconda")))
        == []
    )


def test_a_mirror_of_conda_forge_is_conda_forge() -> None:
    mirror = record("a", channel="https://mirrors.example.org/anaconda/cloud/conda-forge")
    assert findings(conda_prefix.mixed_channels, conda=conda(mirror, record("python"))) == []


def test_unreadable_records_are_no_pass() -> None:
    assert (
        outcome(conda_prefix.mixed_channels, conda=conda(record("a"), unreadable={"x.json": "x.json: empty"})).status
        == "unknown"
    )


def test_packages_of_defaults_have_terms_and_nobody_is_accused() -> None:
    (finding,) = findings(conda_prefix.defaults_terms, conda=conda(record("a", channel="pkgs/main")))
    assert finding.level == Severity.INFO and finding.nothing_to_do
    assert findings(conda_prefix.defaults_terms, conda=conda(record("a"))) == []


def test_defaults_that_stands_for_conda_forge_has_no_terms() -> None:
    urls = {"defaults": ["https://conda.anaconda.org/conda-forge"]}
    assert findings(conda_prefix.defaults_terms, conda=configured("defaults", channel_urls=urls)) == []


# --- CON002, CON003, CON010, CON015 ---


def test_flexible_priority_is_a_warning_with_both_channels_and_a_word_with_others() -> None:
    (both,) = findings(
        conda_config.priority_not_strict, conda=configured("conda-forge", "defaults", priority="flexible")
    )
    (other,) = findings(
        conda_config.priority_not_strict, conda=configured("conda-forge", "bioconda", priority="flexible")
    )
    assert (both.level, other.level) == (Severity.WARNING, Severity.INFO)
    fix = both.remedies[0]
    assert isinstance(fix, Run)
    assert fix.argv == ("conda", "config", "--file", FILE, "--set", "channel_priority", "strict")


def test_strict_priority_and_a_single_channel_are_quiet() -> None:
    assert findings(conda_config.priority_not_strict, conda=configured("conda-forge", "bioconda")) == []
    alone = outcome(conda_config.priority_not_strict, conda=configured("conda-forge", priority="flexible"))
    assert alone.status == "not-applicable"


def test_defaults_above_conda_forge_is_found_and_below_it_is_not() -> None:
    (finding,) = findings(conda_config.conda_forge_not_first, conda=configured("defaults", "conda-forge"))
    assert finding.level == Severity.WARNING
    assert findings(conda_config.conda_forge_not_first, conda=configured("conda-forge", "defaults")) == []
    assert outcome(conda_config.conda_forge_not_first, conda=configured("bioconda")).status == "not-applicable"


def test_where_the_patient_is_not_condas_its_configuration_is_worth_a_word() -> None:
    (finding,) = findings(
        conda_config.conda_forge_not_first, conda=configured("defaults", "conda-forge", is_environment=False)
    )
    assert finding.level == Severity.INFO


@pytest.mark.parametrize(
    ("version", "status"), [("25.9.0", "found"), ("26.7.0", "found"), ("25.7.0", "passed"), (None, "not-applicable")]
)
def test_no_channels_matter_from_conda_25_9_on(version: str | None, status: str) -> None:
    assert outcome(conda_config.no_channels, conda=configured(version=version)).status == status


def test_nodefaults_in_a_condarc_is_found() -> None:
    assert len(findings(conda_config.nodefaults_in_condarc, conda=configured("conda-forge", "nodefaults"))) == 1
    assert findings(conda_config.nodefaults_in_condarc, conda=configured("conda-forge")) == []


def test_a_channel_counts_as_what_it_is_made_of() -> None:
    urls = {"m": ["https://h.org/x", "https://conda.anaconda.org/conda-forge"], "defaults": ["https://h.org/y"]}
    assert conda_config.families(configured("m", "defaults", channel_urls=urls)) == ["conda-forge"]
    assert conda_config.families(configured("defaults", "conda-forge")) == ["defaults", "conda-forge"]


def test_a_condarc_that_ends_conda_is_said_to_stop_it() -> None:
    problem = CondaFileProblem(file=FILE, kind="fatal", problem="not YAML in line 2")
    (finding,) = findings(conda_channels.condarc_ignored, conda=configured("a", problems=[problem]))
    assert "conda stops at" in finding.title and "ends with an error" in finding.why
    skipped = changed(problem, kind="syntax")
    (finding,) = findings(conda_channels.condarc_ignored, conda=configured("a", problems=[skipped]))
    assert "conda ignores" in finding.title


@pytest.mark.parametrize(
    "check", [conda_config.priority_not_strict, conda_config.no_channels, conda_channels.condarc_ignored]
)
def test_pixi_reads_no_condarc(check: Check) -> None:
    assert outcome(check, conda=configured("a", "b", priority="flexible", flavour="pixi")).status == "not-applicable"


def test_channels_that_conda_refuses_are_unknown() -> None:
    refused = conda(channels=Missing("~/.condarc: a list is wanted"))
    assert outcome(conda_config.priority_not_strict, conda=refused).status == "unknown"


# --- CON009, CON011, CON012 ---


def test_plain_http_is_found_and_loopback_is_not() -> None:
    (finding,) = findings(conda_channels.insecure_channel, conda=configured("http://example.org/channel"))
    assert finding.level == Severity.WARNING
    assert findings(conda_channels.insecure_channel, conda=configured("http://127.0.0.1:8080/x", "https://h/x")) == []


@pytest.mark.parametrize(
    ("readable", "shelter", "levels"),
    [(True, None, [Severity.WARNING]), (True, "/home/ada", [Severity.INFO]), (False, None, []), (None, None, [])],
)
def test_a_credential_that_others_can_read(readable: bool | None, shelter: str | None, levels: list[Severity]) -> None:
    secret = CondaSecret(file=FILE, channel="https://h/t/<redacted>/x", others_can_read=readable, shelter=shelter)
    assert [item.level for item in findings(conda_channels.insecure_channel, conda=conda(secrets=[secret]))] == levels


def test_an_ignored_condarc_is_named_with_its_problem() -> None:
    problem = CondaFileProblem(file=FILE, kind="syntax", problem="not YAML in line 2: found a tab")
    (finding,) = findings(conda_channels.condarc_ignored, conda=conda(problems=[problem]))
    assert finding.subject == FILE and "line 2" in finding.title
    assert findings(conda_channels.condarc_ignored, conda=conda()) == []


def test_a_retired_channel_is_found_where_it_is_configured_and_where_it_was_used() -> None:
    (finding,) = findings(conda_channels.retired_channel, conda=configured("pytorch", "conda-forge"))
    assert (finding.subject, finding.level) == ("pytorch", Severity.WARNING)
    (used,) = findings(conda_channels.retired_channel, conda=conda(record("pytorch", "2.5.1", channel="pytorch")))
    assert used.level == Severity.INFO
    assert findings(conda_channels.retired_channel, conda=configured("conda-forge/label/numpy_rc", "nvidia")) == []


SYSTEM = "/etc/conda/.condarc"
OLD = "https://conda.anaconda.org/pytorch"


def of_two(upper: list[str], lower: list[str], above: str = FILE) -> Any:
    """Channels from two sources, ``above`` (a file or a variable) and the system's file."""
    several = CondaSetting(value=[*upper, *lower], sources=[above, SYSTEM], given={above: upper, SYSTEM: lower})
    return configured(*upper, *lower, settings={"channels": several}, config_files=[SYSTEM, FILE])


def test_a_channel_is_taken_out_of_the_file_that_names_it_as_it_stands_there() -> None:
    here = of_two(["conda-forge"], [OLD, "nodefaults"])
    (retired,) = findings(conda_channels.retired_channel, conda=here)
    (fix,) = retired.remedies
    assert isinstance(fix, Run) and not fix.then
    assert fix.argv == ("conda", "config", "--file", SYSTEM, "--remove", "channels", OLD)
    assert retired.evidence[0].value == SYSTEM
    (nodefaults,) = findings(conda_config.nodefaults_in_condarc, conda=here)
    (fix,) = nodefaults.remedies
    assert isinstance(fix, Run) and fix.argv[2:] == ("--file", SYSTEM, "--remove", "channels", "nodefaults")


def test_a_channel_that_two_files_name_is_taken_out_of_both() -> None:
    (finding,) = findings(conda_channels.retired_channel, conda=of_two([OLD], ["pytorch"]))
    (fix,) = finding.remedies
    assert isinstance(fix, Run)
    assert [(argv[3], argv[-1]) for argv in (fix.argv, *fix.then)] == [(FILE, OLD), (SYSTEM, "pytorch")]


def test_a_variable_is_changed_by_hand() -> None:
    here = of_two(["defaults", "conda-forge", "nodefaults", "pytorch"], ["conda-forge"], "CONDA_CHANNELS")
    for check in (
        conda_channels.retired_channel,
        conda_config.nodefaults_in_condarc,
        conda_config.conda_forge_not_first,
    ):
        (finding,) = findings(check, conda=here)
        assert isinstance(finding.remedies[0], Edit) and finding.remedies[0].file == "CONDA_CHANNELS"


def test_no_command_writes_a_credential_that_is_not_known() -> None:
    hidden = "https://conda.anaconda.org/t/<redacted>/"
    (retired,) = findings(conda_channels.retired_channel, conda=configured(f"{hidden}pytorch"))
    (first, _) = findings(conda_config.conda_forge_not_first, conda=configured("defaults", f"{hidden}conda-forge"))[
        0
    ].remedies
    assert [type(fix) for fix in (*retired.remedies, first)] == [Edit, Edit]


def test_insecure_channels_are_named_with_the_file_that_has_them() -> None:
    (finding,) = findings(conda_channels.insecure_channel, conda=of_two(["a"], ["http://h.org/x"]))
    assert finding.evidence[0].value == f"http://h.org/x ({SYSTEM})"
    assert isinstance(finding.remedies[0], Edit) and finding.remedies[0].file == SYSTEM
    # A mirror in China, as many have it.
    mirror = "http://mirrors.tuna.tsinghua.edu.cn/anaconda"
    settings = {
        "default_channels": CondaSetting(value=[f"{mirror}/pkgs/main", f"{mirror}/pkgs/r"], sources=[FILE]),
        "custom_channels": CondaSetting(
            value=dict.fromkeys(("conda-forge", "bioconda"), f"{mirror}/cloud"), sources=[FILE]
        ),
    }
    (finding,) = findings(conda_channels.insecure_channel, conda=configured("defaults", settings=settings))
    assert finding.title.endswith(f"{mirror}/pkgs/main and 2 more") and len(finding.evidence) == 3


def test_conda_forge_below_defaults_in_a_list_that_stands_for_both() -> None:
    urls = {"defaults": ["https://repo.anaconda.com/pkgs/main", "https://conda.anaconda.org/conda-forge"]}
    made_of = {"default_channels": CondaSetting(value=urls["defaults"], sources=[SYSTEM])}
    (finding,) = findings(
        conda_config.conda_forge_not_first, conda=configured("defaults", channel_urls=urls, settings=made_of)
    )
    assert finding.remedies[0] == Edit(SYSTEM, "put conda-forge first in `default_channels`")


# --- CON007, CON008, CON013 ---


def overlap(package: str, shape: str = "replaced") -> CondaOverlap:
    return CondaOverlap(
        package=package, distribution=package, shape=shape, conda_version="1.0", pip_version="2.0", evidence="seen"
    )


@pytest.mark.parametrize(
    ("package", "level"),
    [
        ("requests", Severity.WARNING),
        ("numpy", Severity.ERROR),
        ("libopenblas", Severity.ERROR),
        ("pandas", Severity.WARNING),
    ],
)
def test_pip_over_conda_is_an_error_for_what_all_else_rests_on(package: str, level: Severity) -> None:
    (finding,) = findings(conda_files.pip_over_conda, conda=conda(record(package), overlaps=[overlap(package)]))
    assert (finding.subject, finding.level) == (package, level)


def test_what_uv_takes_away_uv_brings_back() -> None:
    """Without pip in the environment neither step can be pip's."""
    (finding,) = findings(conda_files.pip_over_conda, conda=conda(record("pandas"), overlaps=[overlap("pandas")]))
    (fix,) = finding.remedies
    assert isinstance(fix, Run) and fix.argv[0] == "uv"
    assert fix.undo == f"uv pip install --python {PREFIX} pandas==2.0"
    spaced = prefix(path="/home/ada/my env")
    (finding,) = findings(
        conda_files.pip_over_conda, conda=conda(record("pandas"), overlaps=[overlap("pandas")]), prefix=spaced
    )
    assert isinstance(finding.remedies[0], Run)
    assert finding.remedies[0].undo == "uv pip install --python '/home/ada/my env' pandas==2.0"


def test_a_frozen_environment_is_left_to_whoever_froze_it() -> None:
    frozen = conda(record("pandas"), overlaps=[overlap("pandas")], frozen=True)
    (finding,) = findings(conda_files.pip_over_conda, conda=frozen)
    assert [type(fix) for fix in finding.remedies] == [Manual]


def test_pixi_is_told_which_workspace_and_environment() -> None:
    inside = prefix(path="/w/.pixi/envs/x")
    sick = conda(record("pandas"), overlaps=[overlap("pandas")], tool="pixi", flavour="pixi")
    (fix,) = findings(conda_files.pip_over_conda, conda=sick, prefix=inside)[0].remedies
    assert isinstance(fix, Run)
    assert fix.then == (("pixi", "reinstall", "--manifest-path", "/w", "--environment", "x", "pandas"),)


def test_damage_is_an_error_for_code_and_a_word_for_the_rest() -> None:
    damage = [
        CondaDamage(package="a", severe={"lib/a.so": "gone"}, minor={}, count=1),
        CondaDamage(package="b", severe={}, minor={"share/doc/b": "gone"}, count=3),
        CondaDamage(package="c", severe={"lib/c.py": "gone"}, minor={}, count=1),
    ]
    sick = conda(record("a"), record("b"), record("c"), damaged=damage, overlaps=[overlap("c")])
    found = findings(conda_files.damaged_package, conda=sick)
    assert [(item.subject, item.level) for item in found] == [
        ("a", Severity.ERROR),
        ("files that no code needs", Severity.INFO),
    ]
    assert found[1].title == "3 files of 1 package are gone: none of them code"


def test_files_that_deep_could_not_read_leave_damage_unknown() -> None:
    seen = outcome(conda_files.damaged_package, conda=conda(record("a"), unhashed={"/p/a.py": "Permission denied"}))
    assert (seen.status, seen.reason) == ("unknown", "files can't be read: /p/a.py: Permission denied")


def test_a_python_without_a_record_was_interrupted_unless_it_is_a_venvs() -> None:
    own = prefix(conda_meta=True, configuration=None, link="python3.12")
    assert len(findings(conda_prefix.interrupted_install, conda=conda(record("a")), prefix=own)) == 1
    assert findings(conda_prefix.interrupted_install, conda=conda(record("python")), prefix=own) == []
    assert findings(conda_prefix.interrupted_install, conda=conda(record("a")), prefix=prefix(conda_meta=True)) == []


# --- CON005, CON006, CON014 ---


def base(*requested: str, **changes: Any) -> Any:
    values: dict[str, Any] = {
        "added": sorted([*requested, *(["along"] if requested else [])]),
        "added_bytes": 5_000_000,
        "requested": list(requested),
        "initial_known": True,
    }
    return CondaBase(**(values | changes))


def in_base(*requested: str, flavour: str = "miniforge", **changes: Any) -> Any:
    return conda(is_base=True, flavour=flavour, base=base(*requested, **changes))


@pytest.mark.parametrize(
    ("requested", "level"),
    [(["tree"], Severity.INFO), (["numpy"], Severity.WARNING), (["a", "b", "c", "d", "e"], Severity.WARNING)],
)
def test_a_bloated_base_is_a_word_then_a_warning(requested: list[str], level: Severity) -> None:
    (finding,) = findings(conda_base.bloated_base, conda=in_base(*requested))
    assert finding.level == level
    fix = finding.remedies[0]
    assert isinstance(fix, Run) and fix.argv[-len(requested) :] == tuple(requested) and not fix.safe


def test_base_is_named_by_its_prefix() -> None:
    """The conda on PATH may be another one, with a base of its own."""
    (finding,) = findings(conda_base.bloated_base, conda=in_base("numpy", pip=["torch"]))
    slim = finding.remedies[1]
    assert isinstance(slim, Run)
    assert [argv[:4] for argv in (slim.argv, *slim.then)] == [
        ("conda", "run", "--prefix", "/opt/conda"),
        ("conda", "remove", "--prefix", "/opt/conda"),
    ]
    assert slim.undo == (
        "conda install --prefix /opt/conda numpy; conda run --prefix /opt/conda python -m pip install torch"
    )


def test_what_only_came_along_is_no_bloat_and_anaconda_is_milder() -> None:
    assert findings(conda_base.bloated_base, conda=in_base()) == []
    levels = [
        findings(conda_base.bloated_base, conda=in_base("numpy", flavour="anaconda"), level=level)[0].level
        for level in ("beginner", "advanced")
    ]
    assert levels == [Severity.INFO, Severity.WARNING]


def test_pips_packages_count_where_the_installers_set_is_not_known() -> None:
    unknown = Missing("nothing tells")
    told = in_base(added=unknown, added_bytes=unknown, requested=unknown, initial_known=False, pip=["torch"])
    assert [item.level for item in findings(conda_base.bloated_base, conda=told)] == [Severity.WARNING]
    silent = in_base(added=unknown, added_bytes=unknown, requested=unknown, initial_known=False)
    assert outcome(conda_base.bloated_base, conda=silent).status == "unknown"


def test_in_an_image_and_in_an_environment_base_does_not_matter() -> None:
    image = changed(patient(), overlays=["container"])
    for check in (conda_base.bloated_base, conda_base.base_in_use):
        assert outcome(check, conda=in_base("numpy"), patient=image).status == "not-applicable"
        assert outcome(check, conda=conda()).status == "not-applicable"
    assert len(findings(conda_base.base_in_use, conda=in_base())) == 1
    younger = in_base("numpy", younger_than_container=True)
    assert len(findings(conda_base.bloated_base, conda=younger, patient=image)) == 1


@pytest.mark.parametrize(("version", "count"), [("23.9.0", 1), ("4.12.0", 1), ("23.10.0", 0), ("26.7.0", 0)])
def test_conda_before_23_10_is_old(version: str, count: int) -> None:
    assert len(findings(conda_base.old_conda, conda=conda(version=version))) == count
