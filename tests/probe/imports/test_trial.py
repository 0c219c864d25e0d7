"""Imports that are tried: what fails for the reason that was suspected is told, and nothing is left behind."""

import os
import sys
import time
from pathlib import Path

import pytest

from envdoctor.probe.imports import trial, usual
from envdoctor.probe.imports.forecast import Suspect
from envdoctor.testing import distribution, packages

FIT = distribution("fit")


def tried(site: Path, *suspects: Suspect, **environ: str) -> tuple[list[tuple[str, str]], dict[str, str]]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "SYSTEMROOT")}
    found = trial.confirm(
        suspects, [sys.executable, "-B"], {**kept, "PYTHONPATH": str(site), **environ}, time.monotonic() + 60
    )
    return [(failure.module, failure.message) for failure in found.failures], found.unknown


def package(site: Path, name: str, code: str) -> None:
    folder = site.joinpath(*name.split("."))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "__init__.py").write_text(code)


def test_an_import_that_works_clears_the_suspect(tmp_path: Path) -> None:
    package(tmp_path, "fit", "")
    assert tried(tmp_path, Suspect(FIT, "fit", "/x/_c.so", "fit._c", "libgone.so.1")) == ([], {})


def test_an_import_that_fails_is_told_in_pythons_words(tmp_path: Path) -> None:
    package(tmp_path, "fit", "raise OSError('libgone.so.1: cannot open')")
    suspect = Suspect(FIT, "fit", "/x/_c.so", "fit._c", "libgone.so.1")
    assert tried(tmp_path, suspect, suspect) == ([("fit", "OSError: libgone.so.1: cannot open")], {})


def test_a_part_that_fails_for_another_reason_is_not_accused(tmp_path: Path) -> None:
    package(tmp_path, "fit", "")
    package(tmp_path, "fit.extra", "import a_module_that_is_optional")
    assert tried(tmp_path, Suspect(FIT, "fit.extra", "/x/_c.so", "", "libgone.so.1")) == ([], {})


def test_a_library_that_is_too_old_is_tried_on_the_module_itself(tmp_path: Path) -> None:
    package(tmp_path, "fit", "")
    (tmp_path / "fit/_c.py").write_text("raise ImportError('version NEW_2 not found')")
    failures, _ = tried(tmp_path, Suspect(FIT, "fit", "/x/_c.so", "fit._c", "NEW_2", "/old/libextra.so.1"))
    assert [module for module, _ in failures] == ["fit._c"]
    assert tried(tmp_path, Suspect(FIT, "fit", "/x/_c.so", "fit._c", "libgone.so.1")) == ([], {})


def test_a_crash_is_told(tmp_path: Path) -> None:
    package(tmp_path, "fit", "import os; os.abort()")
    ((_, message),) = tried(tmp_path, Suspect(FIT, "fit"))[0]
    assert message.startswith("Python ended by")


def test_an_import_without_end_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "LONGEST", 0.5)
    package(tmp_path, "fit", "import time; time.sleep(60)")
    failures, unknown = tried(tmp_path, Suspect(FIT, "fit"))
    assert failures == []
    assert list(unknown) == ["fit"]


def test_nothing_is_written_into_home_and_no_job_is_joined(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    code = "import os, sys\nopen(os.path.join(os.path.expanduser('~'), 'trace'), 'w').close()\n"
    package(tmp_path / "site", "fit", code + "assert not [name for name in os.environ if name.startswith('OMPI_')]\n")
    assert tried(tmp_path / "site", Suspect(FIT, "fit"), HOME=str(home), OMPI_COMM_WORLD_RANK="0") == ([], {})
    assert list(home.iterdir()) == []


def test_no_more_than_so_many_are_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "MOST", 1)
    package(tmp_path, "fit", "")
    _, unknown = tried(tmp_path, Suspect(FIT, "fit"), Suspect(FIT, "other"))
    assert list(unknown) == ["other"]


def test_numpy_is_tried_where_a_variable_disables_features_and_the_stack_with_deep() -> None:
    here = packages(distribution("numpy"), distribution("scikit-learn"), FIT)
    assert usual.suspects(here, {}, False) == []
    asked = usual.suspects(here, {"NPY_DISABLE_CPU_FEATURES": "X86_V2"}, False)
    assert [suspect.package for suspect in asked] == ["numpy"]
    assert sorted(suspect.package for suspect in usual.suspects(here, {}, True)) == ["numpy", "sklearn"]


def quarrelled(site: Path, first: str, then: str) -> list[tuple[str, str, str]]:
    pair = (Suspect(distribution(first), first), Suspect(distribution(then), then))
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "SYSTEMROOT")}
    argv = [sys.executable, "-B"]
    found = trial.quarrels([pair], argv, {**kept, "PYTHONPATH": str(site)}, time.monotonic() + 60)
    return [(failure.after, failure.module, failure.message) for failure in found]


def test_a_pair_is_tried_in_both_orders(tmp_path: Path) -> None:
    package(tmp_path, "one", "")
    package(tmp_path, "two", "import sys\nif 'one' in sys.modules: raise OSError('x')\n")
    assert quarrelled(tmp_path, "one", "two") == [("one", "two", "OSError: x")]


def test_a_pair_that_fails_only_at_work_is_found(tmp_path: Path) -> None:
    package(tmp_path, "one", "")
    package(
        tmp_path,
        "netCDF4",
        "import sys\nclass Dataset:\n    def __init__(*_, **__):\n        assert 'one' not in sys.modules\n"
        "    createDimension = close = lambda *_: None\n    createVariable = lambda *_: type('V', (), {'__setitem__': print})()\n",
    )
    assert [told[:2] for told in quarrelled(tmp_path, "one", "netCDF4")] == [("one", "netCDF4"), ("netCDF4", "one")]


def test_what_fails_alone_is_no_quarrel(tmp_path: Path) -> None:
    package(tmp_path, "one", "")
    package(tmp_path, "two", "raise RuntimeError")
    assert quarrelled(tmp_path, "one", "two") == []


def test_a_package_whose_file_was_in_doubt_and_that_can_be_imported_is_told(tmp_path: Path) -> None:
    package(tmp_path, "fit", "")
    environ = {name: value for name, value in os.environ.items() if name in ("PATH", "SYSTEMROOT")}
    doubts = [Suspect(FIT, "fit", f"/x/{name}.so", "", "libgone.so.1") for name in "ab"]
    argv = [sys.executable, "-B"]
    found = trial.confirm(doubts, argv, {**environ, "PYTHONPATH": str(tmp_path)}, time.monotonic() + 60)
    assert (found.failures, found.cleared, found.tried) == ([], {"fit": ["/x/a.so", "/x/b.so"]}, 1)


def test_deep_tries_the_pairs_that_are_installed_and_known_to_quarrel() -> None:
    here = packages(distribution("h5py"), distribution("netcdf4"), distribution("scikit-learn"))
    assert [(first.package, then.package) for first, then in usual.pairs(here)] == [("h5py", "netCDF4")]


def test_a_module_that_a_release_does_not_bring_is_no_failure_unless_nothing_of_it_can_be_imported(
    tmp_path: Path,
) -> None:
    package(tmp_path, "fit", "")
    parts = [Suspect(FIT, "fit"), Suspect(FIT, "fit.plots"), Suspect(FIT, "fit_toolkits")]
    assert tried(tmp_path, *parts) == ([], {})
    assert [module for module, _ in tried(tmp_path, Suspect(FIT, "gone"))[0]] == ["gone"]
    package(tmp_path, "fit_toolkits", "import gone")
    assert [module for module, _ in tried(tmp_path, *parts)[0]] == ["fit_toolkits"]
