"""PY003 packages-in-system-python: loud and quiet."""

import pytest

from envdoctor.facts import Link, Missing
from envdoctor.testing import distribution, findings, installation, interpreter, outcome, packages, patient
from envdoctor_checks.python.packages_in_system_python import packages_in_system_python
from tests.checks.python._shared import USER

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
