"""Which part of a plan a rehearsal carries out, where it may write, and what it says."""

from pathlib import Path

from envdoctor import testing
from envdoctor.api import Finding, Rule, Severity
from envdoctor.fixes.model import Applicability, Fix
from envdoctor.fixes.plan import PlannedFix
from envdoctor.fixes.steps import Edit, Step, UnsetEnv, run
from envdoctor.rehearsal.overlays import mounts, outermost, places
from envdoctor.rehearsal.scope import folders, part
from envdoctor.report.rehearsal import Carried, Named, Rehearsal, Untried

RULE = Rule("XXX001", "made-up", Severity.ERROR)


def entry(*steps: Step, patient: str = "", conflicts: tuple[str, ...] = ()) -> PlannedFix:
    fix = Fix(title="do it", steps=steps, applicability=Applicability.SAFE, patient=patient)
    return PlannedFix(findings=(Finding(RULE, "it", (), "it is ill", ""),), fix=fix, conflicts=conflicts)


def test_what_is_done_by_hand_or_to_the_whole_computer_is_not_carried_out() -> None:
    good = [entry(run("pip", "install", "a")), entry(UnsetEnv(("PYTHONPATH",)))]
    bad = [
        entry(),
        entry(Edit("/a", "this")),
        entry(run("sudo", "apt-get", "install", "a")),
        entry(run("/usr/bin/dnf")),
    ]
    chosen = part([*bad, *good], "/env")
    assert list(chosen.entries) == good
    whole = "it changes the whole computer"
    assert [it.why for it in chosen.untried] == ["by hand", "by hand", whole, whole]


def test_of_two_that_conflict_the_first_is_carried_out() -> None:
    one, two = entry(run("a"), conflicts=("b",)), entry(run("b"), conflicts=("a",))
    chosen = part([one, two, entry(run("c"))], "/env")
    assert [it.fix.steps for it in chosen.entries] == [(run("a"),), (run("c"),)]


def test_each_environment_that_a_fix_makes_is_examined_once() -> None:
    plan = [entry(run("a")), entry(run("b"), patient="/new"), entry(run("c"), patient="/new"), entry(run("d"))]
    assert part(plan, "/env").patients == ("/env", "/new")


def test_the_folders_of_the_environment_home_caches_and_arguments_are_laid_over(tmp_path: Path) -> None:
    for name in ("work/env", "home", "cache", "source", "else/where"):
        (tmp_path / name).mkdir(parents=True)
    distribution = testing.distribution("a", editable=True, url=f"file://{tmp_path}/source")
    known = testing.facts(
        patient=testing.patient(prefix=f"{tmp_path}/work/env"), packages=testing.packages(distribution)
    )
    plan = [entry(run("tool", "--out", f"{tmp_path}/else/where/new/deep"), patient="/env-that-is-not-there/x")]
    environ = {"UV_CACHE_DIR": f"{tmp_path}/cache", "UV_LINK_MODE": "copy", "OTHER": "/usr"}
    found = folders(known, plan, environ, f"{tmp_path}/home", "/")
    assert outermost(found) == sorted(f"{tmp_path}/{it}" for it in ("work", "home", "cache", "source", "else/where"))


def test_a_folder_within_another_is_laid_over_with_it() -> None:
    assert outermost(["/a/b", "/a", "/ab", "/", "/a/b/c"]) == ["/a", "/ab"]


def test_what_is_mounted_below_a_folder_is_laid_over_behind_it() -> None:
    text = (
        "21 1 254:0 / / rw - ext4 /dev/vda rw\n"
        "22 21 0:4 / /home/a/my\\040data rw shared:1 - nfs4 host:/x rw\n"
        "23 21 0:5 / /home/ab rw - tmpfs tmpfs rw\n"
        "24 22 0:6 / /home/a/my\\040data rw - ext4 /dev/vdb rw\n"
    )
    mounted = mounts(text)
    assert mounted["/home/a/my data"] == "ext4"
    assert places(["/home/a"], mounted) == ["/home/a", "/home/a/my data"]


FINDING = Named("XXX001", "it is ill", "1")


def test_the_words_tell_what_is_settled_and_what_is_not() -> None:
    good = Rehearsal(settled=(FINDING,) * 3, seconds=41.2, bytes=312_000_000)
    assert good.words == ["Rehearsed: the plan settles 3 of 3, breaks nothing; 41 s, 312.0 MB. Nothing was changed."]
    assert good.status == 0
    failed = Carried(("pip", "install", "a"), 1, 2.0, "long\nno such version\n")
    bad = Rehearsal(
        settled=(FINDING,), left=(FINDING,), new=(FINDING,), commands=(failed,), untried=(Untried("t", "w"),)
    )
    assert bad.words[0].startswith("Rehearsed: the plan settles 1 of 2, brings 1 new finding;")
    assert bad.words[1:] == [
        "failed: pip install a (status 1): no such version",
        "not settled: XXX001 it is ill",
        "new: XXX001 it is ill",
        "not rehearsed, w: t",
    ]
    assert bad.status == 1


def test_where_nothing_was_carried_out_nothing_is_claimed() -> None:
    assert Rehearsal(untried=(Untried("edit it", "by hand"),)).words == ["Nothing was rehearsed:", "by hand: edit it"]
    impossible = Rehearsal(impossible="no namespace")
    assert impossible.words == ["The plan can't be rehearsed here: no namespace"]
    assert impossible.status == 3
