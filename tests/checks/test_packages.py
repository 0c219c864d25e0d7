"""The family PKG: what is accused, and what is left in peace."""

from typing import Any

import pytest

from envdoctor.facts import Collision, Distribution, Entry, Extension, Missing
from envdoctor.rules import Finding, Install, Manual, UnsetEnv
from envdoctor_checks import extensions, installed
from envdoctor_checks import packages as checks
from tests.build import PREFIX, SITE, changed, distribution, findings, interpreter, outcome, packages, path, patient

SYSTEM = "/usr/lib/python3/dist-packages"


def one(check: Any, **sections: Any) -> Finding:
    (finding,) = findings(check, **sections)
    return finding


def test_a_requirement_that_is_not_there_is_an_error_and_the_fix_installs_it() -> None:
    finding = one(checks.unmet_requirement, packages=packages(distribution("app", requires=["lib>=2"])))
    assert (finding.level, finding.subject) == ("error", "app needs lib")
    assert finding.remedies == (Install(("lib>=2",)),)


def test_the_fix_of_a_wrong_version_suits_all_who_ask_for_it() -> None:
    here = packages(
        distribution("app", requires=["lib>=2"]), distribution("other", requires=["lib<3"]), distribution("lib", "1.0")
    )
    assert one(checks.unmet_requirement, packages=here).remedies == (Install(("lib<3,>=2",)),)


def test_demands_that_exclude_each_other_get_words_and_no_command() -> None:
    here = packages(
        distribution("app", requires=["lib>=2"]), distribution("other", requires=["lib<2"]), distribution("lib", "1.0")
    )
    (remedy,) = one(checks.unmet_requirement, packages=here).remedies
    assert isinstance(remedy, Manual)
    assert "app asks for lib>=2" in remedy.title
    assert "other asks for lib<2" in remedy.title


@pytest.mark.parametrize(
    "needing, needed",
    [({"owner": "conda"}, {}), ({}, {"owner": "conda"}), ({"owner": "system", "location": SYSTEM}, {})],
)
def test_where_another_manager_answers_for_either_side_it_is_an_info(
    needing: dict[str, Any], needed: dict[str, Any]
) -> None:
    here = packages(distribution("app", requires=["lib>=2"], **needing), distribution("lib", "1.0", **needed))
    finding = one(checks.unmet_requirement, packages=here)
    assert (finding.level, finding.certainty) == ("info", "possible")


def test_in_colab_unmet_requirements_are_infos() -> None:
    here = packages(distribution("app", requires=["lib"]))
    finding = one(checks.unmet_requirement, packages=here, patient=changed(patient(), overlays=["colab"]))
    assert finding.level == "info"


def test_a_release_for_another_python_is_an_info() -> None:
    here = packages(distribution("app", requires_python=">=3.13"), distribution("lib", requires_python=">=3.8"))
    finding = one(checks.unmet_requirement, packages=here)
    assert (finding.subject, finding.level) == ("app needs Python", "info")


def test_two_versions_in_one_folder_are_an_error() -> None:
    here = packages(distribution("lib", "1.0"), distribution("lib", "2.0"))
    assert one(checks.two_versions_installed, packages=here).subject == "lib"


def test_a_dist_info_beside_the_systems_egg_info_is_no_second_version() -> None:
    pair = [distribution("lib", "1.0", owner="system", kind=kind) for kind in ("dist-info", "egg-info")]
    assert findings(checks.two_versions_installed, packages=packages(*pair)) == []


def test_one_name_in_two_folders_of_the_environment_is_a_warning() -> None:
    here = packages(distribution("lib", "2.0"), distribution("lib", "1.0", location=f"{PREFIX}/lib/site-packages"))
    finding = one(checks.shadowed_distribution, packages=here)
    assert (finding.level, finding.title) == ("warning", "lib 2.0 hides lib 1.0")


@pytest.mark.parametrize(
    "behind", [{"owner": "system", "location": SYSTEM}, {"location": "/opt/base/lib/python3.12/site-packages"}]
)
def test_what_lies_behind_the_environment_is_an_info(behind: dict[str, Any]) -> None:
    here = packages(distribution("lib", "2.0"), distribution("lib", "1.0", **behind))
    assert one(checks.shadowed_distribution, packages=here).level == "info"


@pytest.mark.parametrize("location", [SYSTEM, f"{PREFIX}/lib/site-packages"])
def test_two_of_one_version_are_an_info_that_says_that_nothing_is_to_be_done(location: str) -> None:
    finding = one(
        checks.shadowed_distribution, packages=packages(distribution("lib"), distribution("lib", location=location))
    )
    assert (finding.level, finding.remedies) == ("info", ())
    assert finding.nothing_to_do


def test_an_editable_project_is_not_hidden_by_itself() -> None:
    source = distribution("app", "1.0", location="/home/ada/app/src", kind="egg-info")
    assert findings(checks.shadowed_distribution, packages=packages(source, distribution("app", editable=True))) == []


def test_damaged_metadata_is_named_and_what_others_own_is_not_judged() -> None:
    here = packages(
        distribution("lib", problem="METADATA is missing"),
        distribution("conda-lib", problem="METADATA is missing", owner="conda"),
    )
    assert one(installed.damaged_metadata, packages=here).subject == "lib"


def test_much_damaged_metadata_is_one_finding() -> None:
    here = packages(*(distribution(f"lib{number}", problem="METADATA is missing") for number in range(9)))
    assert "9 distributions" in one(installed.damaged_metadata, packages=here).title


def test_missing_files_are_reinstalled_in_the_same_version() -> None:
    lib = distribution("lib", "1.5")
    finding = one(installed.missing_files, packages=packages(lib, missing_files={lib.path: ["lib/_core.so"]}))
    assert finding.remedies == (Install(("lib==1.5",), force=True),)
    assert "lib/_core.so" in finding.title


def test_altered_files_are_reinstalled_and_told_apart_from_those_that_are_gone() -> None:
    lib, other = distribution("lib", "1.5"), distribution("other")
    here = packages(lib, other, missing_files={lib.path: ["lib/a.py"]}, altered_files={lib.path: ["lib/b.py"]})
    finding = one(installed.missing_files, packages=here)
    assert finding.title == "1 file of lib 1.5 is gone: lib/a.py; 1 file of lib 1.5 is not as installed: lib/b.py"
    assert [(row.label, row.value) for row in finding.evidence[2:]] == [("gone", "lib/a.py"), ("altered", "lib/b.py")]
    assert finding.remedies == (Install(("lib==1.5",), force=True),)


def test_a_file_that_can_not_be_read_leaves_missing_files_unknown() -> None:
    seen = outcome(installed.missing_files, packages=packages(altered_files={}, unread_files={"/x": "/x: Denied"}))
    assert (seen.status, seen.reason) == ("unknown", "files can't be read: /x: Denied")


def test_many_extensions_of_one_distribution_are_one_finding() -> None:
    bn = distribution("bn", "1.3")
    built = [changed(extension("bn", numpy=1), distribution=bn.path, path=f"{SITE}/bn/{name}.so") for name in "abcdefg"]
    finding = one(extensions.built_for_numpy_1, packages=packages(distribution("numpy", "2.1"), bn, extensions=built))
    assert [row.value for row in finding.evidence if row.label == "extension"][-1] == "and 2 more"
    strange = [changed(item, suffix=".cpython-39.so", numpy=None) for item in built]
    finding = one(extensions.built_for_another_python, packages=packages(bn, extensions=strange))
    assert finding.subject == "bn"


def test_leftovers_are_named_with_their_folder() -> None:
    finding = one(installed.interrupted_install, packages=packages(leftovers=[f"{SITE}/~umpy"]))
    assert finding.subject == SITE
    assert "~umpy" in finding.title


def collision(path: str, **claims: str) -> Collision:
    return Collision(path=f"{SITE}/{path}", claims=claims)


def test_different_contents_of_one_file_are_a_warning_naming_both() -> None:
    here = packages(
        distribution("one"),
        distribution("two"),
        collisions=[collision("cv2/cv2.so", one="sha256=a", two="sha256=b"), collision("cv2/x.py", one="a", two="b")],
    )
    finding = one(installed.distributions_overwrite_each_other, packages=here)
    assert finding.subject == "one and two"
    assert "2 files" in finding.title


@pytest.mark.parametrize(
    "path, second", [("cv2/a.py", "x"), ("tests/a.py", "y"), ("nvidia/cu13/lib/libcudnn.so.9", "y"), ("setup.py", "y")]
)
def test_equal_contents_bystanders_and_nvidias_libraries_are_quiet(path: str, second: str) -> None:
    here = packages(distribution("one"), distribution("two"), collisions=[collision(path, one="x", two=second)])
    assert findings(installed.distributions_overwrite_each_other, packages=here) == []


def test_of_two_that_share_files_the_one_that_is_required_stays_and_is_laid_down_anew() -> None:
    def remedy(*others: Distribution) -> Any:
        here = packages(
            distribution("one"), distribution("two"), *others, collisions=[collision("cv2/a.py", one="x", two="y")]
        )
        return one(installed.distributions_overwrite_each_other, packages=here).remedies[0]

    assert (remedy().remove, remedy().install) == (("two",), ("one",))
    needing = remedy(distribution("app", "1", ["two>=1"]))
    assert (needing.remove, needing.install) == (("one",), ("two",))
    both = remedy(distribution("app", "1", ["two>=1"]), distribution("bpp", "1", ["one"]))
    assert isinstance(both, Manual) and "app requires two" in both.title


def extension(name: str, **changes: Any) -> Extension:
    values = {"distribution": distribution(name).path, "path": f"{SITE}/{name}/_c.so", "suffix": ".abi3.so"}
    return Extension(**(values | changes))


def test_an_extension_for_numpy_1_under_numpy_2_is_an_error() -> None:
    here = packages(distribution("numpy", "2.1"), distribution("bn", "1.3"), extensions=[extension("bn", numpy=1)])
    here = changed(here, extensions=[changed(extension("bn", numpy=1), distribution=here.distributions[1].path)])
    finding = one(extensions.built_for_numpy_1, packages=here)
    assert (finding.subject, finding.level) == ("bn", "error")
    assert finding.remedies[0] == Install(("bn>1.3",), title="install a later release of bn")


def test_an_extension_for_numpy_2_or_without_numpy_is_quiet() -> None:
    both = [extension("bn", numpy=2), extension("bn", numpy=None)]
    here = packages(distribution("numpy", "2.1"), distribution("bn"), extensions=both)
    assert findings(extensions.built_for_numpy_1, packages=here) == []


def test_built_for_numpy_1_does_not_apply_under_numpy_1_and_is_unknown_without_a_version() -> None:
    assert outcome(extensions.built_for_numpy_1, packages=packages(distribution("numpy", "1.26.4"))).status == (
        "not-applicable"
    )
    numpy = changed(distribution("numpy"), version=Missing("METADATA is missing"))
    assert outcome(extensions.built_for_numpy_1, packages=packages(numpy)).status == "unknown"


@pytest.mark.parametrize(
    "suffix", [".cpython-39-x86_64-linux-gnu.so", ".cpython-312-x86_64-linux-musl.so", ".pypy310.so"]
)
def test_a_tag_that_this_python_does_not_load_is_an_error(suffix: str) -> None:
    here = packages(distribution("lib"), extensions=[extension("lib", suffix=suffix)])
    finding = one(extensions.built_for_another_python, packages=here)
    assert (finding.subject, finding.level) == ("lib", "error")
    assert suffix in finding.title


def test_the_systems_extensions_may_serve_another_python() -> None:
    """Debian's PyPy has CPython's dist-packages on its path."""
    shared = distribution("yaml", owner="system", location=SYSTEM)
    here = packages(shared, extensions=[extension("yaml", suffix=".cpython-39.so", distribution=shared.path)])
    assert findings(extensions.built_for_another_python, packages=here) == []


@pytest.mark.parametrize("sibling", [".py", ".abi3.so", ".cpython-312-x86_64-linux-gnu.so"])
def test_a_tag_of_another_python_beside_something_that_fits_is_quiet(sibling: str) -> None:
    other = extension("lib", suffix=".cpython-39-x86_64-linux-gnu.so", siblings=[sibling])
    assert (
        findings(extensions.built_for_another_python, packages=packages(distribution("lib"), extensions=[other])) == []
    )


@pytest.mark.parametrize(
    "own, other, found",
    [
        ("ELF x86_64 64-bit", "ELF aarch64 64-bit", 1),
        ("ELF x86_64 64-bit", "ELF x86_64 64-bit", 0),
        ("Mach-O arm64", "Mach-O arm64+x86_64", 0),
        ("Mach-O arm64", "Mach-O x86_64", 1),
        (None, "ELF aarch64 64-bit", 0),
        ("ELF x86_64 64-bit", None, 0),
    ],
)
def test_the_machine_code_has_to_be_the_interpreters(own: str | None, other: str | None, found: int) -> None:
    here = packages(distribution("lib"), extensions=[extension("lib", binary=other)], binary=own)
    assert len(findings(extensions.built_for_another_python, packages=here)) == found


def test_a_python_that_does_not_tell_its_suffixes_leaves_it_unknown() -> None:
    silent = interpreter(extension_suffixes=[])
    assert outcome(extensions.built_for_another_python, interpreter=silent).status == "unknown"


def test_of_a_distribution_installed_twice_nobody_knows_that_it_does_not_suit() -> None:
    twins = packages(
        distribution("app", requires=["lib>=2"]), distribution("lib", version="1.0"), distribution("lib", version="2.1")
    )
    assert findings(checks.unmet_requirement, packages=twins) == []
    neither = packages(distribution("app", requires=["lib>=3"]), *twins.distributions[1:])
    assert [item.rule.code for item in findings(checks.unmet_requirement, packages=neither)] == ["PKG001"]


def test_what_pythonpath_brings_is_cured_there_since_no_installation_gets_past_it() -> None:
    entry = "/opt/shared/site-packages/"
    numpy = [distribution("numpy", "2.4", location="/opt/shared/site-packages"), distribution("numpy", "1.26")]
    here = packages(distribution("scipy", requires=["numpy<2"]), *numpy, extensions=[extension("scipy", numpy=1)])
    leak = path(pythonpath=[Entry(path=entry, exists=True)])
    for check in (checks.unmet_requirement, checks.shadowed_distribution, extensions.built_for_numpy_1):
        assert one(check, packages=here, path=leak).remedies == (UnsetEnv(("PYTHONPATH",)),)
        elsewhere = path(pythonpath=[Entry(path="/opt/other", exists=True)])
        assert one(check, packages=here, path=elsewhere).remedies != (UnsetEnv(("PYTHONPATH",)),)


def test_a_version_that_is_not_known_is_told_in_words() -> None:
    pair = [changed(distribution("lib"), version=Missing("METADATA is missing")), distribution("lib", "2.0")]
    assert one(checks.two_versions_installed, packages=packages(*pair)).title.endswith("unknown and 2.0")


@pytest.mark.parametrize(
    ("binary", "platforms", "told"),
    [
        ("ELF x86_64 64-bit", ["win_amd64"], True),
        ("ELF x86_64 64-bit", ["macosx_11_0_arm64"], True),
        ("ELF x86_64 64-bit", ["musllinux_1_2_x86_64"], True),
        ("ELF x86_64 64-bit", ["manylinux2014_aarch64"], True),
        ("ELF x86_64 64-bit", ["manylinux2014_aarch64", "manylinux1_x86_64"], False),
        ("ELF x86_64 64-bit", ["linux_x86_64"], False),
        ("ELF x86_64 64-bit", [], False),
        ("ELF x86_64 64-bit", ["haiku_1_x86_64"], False),
        ("PE x86_64", ["win_amd64"], False),
        ("PE x86_64", ["manylinux_2_28_x86_64"], True),
        ("Mach-O arm64", ["macosx_11_0_arm64"], False),
        (None, ["win_amd64"], False),
    ],
)
def test_a_wheel_for_another_system_is_told_by_its_tags(binary: str | None, platforms: list[str], told: bool) -> None:
    installed = packages(distribution("fit", platforms=platforms), binary=binary)
    found = findings(extensions.built_for_another_python, packages=installed)
    assert [(item.rule.code, item.subject) for item in found] == [("PKG009", "fit")] * told


def test_a_wheel_for_musl_is_at_home_there() -> None:
    fit = distribution("fit", platforms=["musllinux_1_2_x86_64"])
    installed = packages(fit, distribution("other", platforms=["manylinux2014_x86_64"]), binary="ELF x86_64 64-bit")
    musl = interpreter(extension_suffixes=[".cpython-312-x86_64-linux-musl.so", ".abi3.so", ".so"])
    (finding,) = findings(extensions.built_for_another_python, packages=installed, interpreter=musl)
    assert finding.subject == "other"
