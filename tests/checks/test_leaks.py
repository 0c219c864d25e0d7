"""PY003, PY006, PY007: packages from elsewhere."""

import pytest

from envdoctor.facts import Entry, Link, Missing
from envdoctor_checks.leaks import pythonpath_leak, user_site_leak
from envdoctor_checks.system import packages_in_system_python
from tests.build import (
    PREFIX,
    SITE,
    distribution,
    environment,
    findings,
    installation,
    interpreter,
    outcome,
    packages,
    path,
    patient,
    prefix,
)

USER = "/home/ada/.local/lib/python3.12/site-packages"
LOCAL = "/usr/local/lib/python3.12/dist-packages"
SYSTEM = "/usr/lib/python3/dist-packages"
DEBIAN = patient(prefix="/usr", origin=[Link(kind="debian", prefix="/usr", evidence=["dpkg: it belongs to python3"])])
PYTHON = interpreter(prefix="/usr", base_prefix="/usr", user_site=USER, paths={"purelib": LOCAL})


def told(*items: object, **sections: object) -> list[str]:
    sections.setdefault("patient", DEBIAN)
    sections.setdefault("installation", installation())
    found = findings(packages_in_system_python, packages=packages(*items), interpreter=PYTHON, **sections)  # type: ignore[arg-type]
    return [finding.subject for finding in found]


def test_what_pip_put_beside_the_systems_packages_is_named() -> None:
    assert told(distribution("iniconfig", location=USER)) == ["iniconfig"]
    assert told(distribution("attrs", location=LOCAL), distribution("six", location=USER)) == ["attrs, six"]


def test_the_systems_own_packages_are_quiet() -> None:
    assert told(distribution("numpy", location=SYSTEM, installer=None)) == []
    owned = distribution("six", location=SYSTEM)
    assert told(owned, installation=installation(owned={owned.path: "python3-six"})) == []


def test_a_database_that_can_not_be_read_leaves_it_unknown() -> None:
    item = distribution("six", location=SYSTEM)
    sections = {"patient": DEBIAN, "packages": packages(item), "interpreter": PYTHON}
    unread = installation(owned={item.path: Missing("no database")})
    assert outcome(packages_in_system_python, installation=unread, **sections).status == "unknown"


def test_a_container_excuses_what_is_installed_for_all_but_not_a_users_site() -> None:
    inside = patient(prefix="/usr", origin=DEBIAN.origin, overlays=["container"])
    assert told(distribution("attrs", location=LOCAL), patient=inside) == []
    assert told(distribution("attrs", location=USER), patient=inside) == ["attrs"]


@pytest.mark.parametrize("overlay", ["colab", "kaggle", "databricks", "jupyterhub"])
def test_hosted_notebooks_are_their_image(overlay: str) -> None:
    hosted = patient(prefix="/usr", origin=DEBIAN.origin, overlays=[overlay])
    item = packages(distribution("attrs", location=USER))
    sections = {"patient": hosted, "packages": item, "interpreter": PYTHON, "installation": installation()}
    assert outcome(packages_in_system_python, **sections).status == "not-applicable"


def test_an_environment_is_not_the_system() -> None:
    item = packages(distribution("attrs"))
    assert outcome(packages_in_system_python, packages=item, installation=installation()).status == "not-applicable"


def leaks(*entries: Entry, overlays: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    variable = ":".join(entry.path for entry in entries)
    found = findings(
        pythonpath_leak,
        environment=environment(PYTHONPATH=variable),
        path=path(pythonpath=list(entries)),
        patient=patient(overlays=list(overlays)),
    )
    return [(finding.title, str(finding.level)) for finding in found]


def test_pythonpath_leaks_are_told_apart() -> None:
    gone = Entry(path="/gone", exists=False)
    older = Entry(path="/x/lib/python3.9/site-packages", exists=True)
    hiding = Entry(path="/y", exists=True, hides={"numpy": SITE})
    assert leaks(gone, older, hiding) == [
        ("PYTHONPATH names a folder that is gone: /gone", "warning"),
        ("PYTHONPATH brings the packages of Python 3.9 into Python 3.12", "warning"),
        ("PYTHONPATH hides numpy of the environment", "warning"),
    ]


def test_a_project_on_pythonpath_is_quiet() -> None:
    assert leaks(Entry(path="/home/ada/fit/src", exists=True)) == []
    assert leaks(Entry(path="/x/lib/python3.12/site-packages", exists=True)) == []
    assert outcome(pythonpath_leak, path=path()).status == "not-applicable"


def test_under_modules_pythonpath_is_information() -> None:
    entry = Entry(path="/apps/numpy/lib/python3.12/site-packages", exists=True, hides={"numpy": SITE})
    assert leaks(entry, overlays=("modules",)) == [("PYTHONPATH hides numpy of the environment", "info")]


def test_pythonhome_in_an_environment_is_a_leak() -> None:
    (finding,) = findings(pythonpath_leak, environment=environment(PYTHONHOME="/usr"), path=path())
    assert finding.subject == "PYTHONHOME"
    plain = prefix(configuration=None, home=None)
    assert findings(pythonpath_leak, environment=environment(PYTHONHOME="/usr"), path=path(), prefix=plain) == []


LETS_IN = interpreter(user_site=USER, user_site_enabled=True)


def test_a_users_copy_before_the_environments_is_a_warning() -> None:
    both = packages(distribution("numpy", "1.0", location=USER), distribution("numpy", "2.0"))
    (finding,) = findings(user_site_leak, packages=both, interpreter=LETS_IN)
    assert (finding.subject, finding.level) == ("numpy", "warning")


def test_a_users_copy_behind_the_environments_is_information() -> None:
    both = packages(distribution("numpy", "2.0"), distribution("numpy", "1.0", location=USER))
    (finding,) = findings(user_site_leak, packages=both, interpreter=LETS_IN)
    assert finding.level == "info"


def test_a_users_site_without_overlap_is_quiet() -> None:
    apart = packages(distribution("attrs", location=USER), distribution("numpy"))
    assert findings(user_site_leak, packages=apart, interpreter=LETS_IN) == []
    both = packages(distribution("numpy", location=USER), distribution("numpy"))
    assert outcome(user_site_leak, packages=both).status == "not-applicable"
    assert PREFIX in SITE
