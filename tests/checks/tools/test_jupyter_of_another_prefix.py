"""TOL003 jupyter-of-another-prefix: loud and quiet."""

import pytest

from envdoctor.engine.remedies import RegisterKernel
from envdoctor.testing import (
    PREFIX,
    active,
    changed,
    command,
    distribution,
    findings,
    jupyter,
    kernel,
    outcome,
    packages,
    path,
    patient,
)
from envdoctor_checks.tools.jupyter_of_another_prefix import jupyter_of_another_prefix
from tests.checks.tools._shared import OTHER, USER
from tests.support.cures import argvs, cure

ACTIVE = {"active": [active()], "jupyter": command("jupyter", OTHER)}


def test_a_jupyter_of_elsewhere_without_a_kernel_of_here_is_told() -> None:
    seen = jupyter(kernel(), of_command=f"{OTHER}/share/jupyter")
    (finding,) = findings(jupyter_of_another_prefix, jupyter=seen, path=path(**ACTIVE))
    assert OTHER in finding.title
    register = f"{PREFIX}/bin/python -m ipykernel install --user --name fit"  # the project's folder
    install, then = argvs(cure(finding, jupyter=seen, path=path(**ACTIVE)))
    assert install.endswith(" ipykernel") and then == register
    held = packages(distribution("ipykernel"))
    (finding,) = findings(jupyter_of_another_prefix, jupyter=seen, path=path(**ACTIVE), packages=held)
    assert argvs(cure(finding, packages=held)) == [register]


@pytest.mark.parametrize(
    ("prefix", "name"),
    [
        ("/home/ada/fit/.venv", "fit"),
        ("/home/ada/my fit (new)/env", "my-fit-new"),
        ("/home/ada/envs/old", "old-2"),  # one is called that already
        ("/.venv", "venv"),
    ],
)
def test_a_new_kernel_takes_no_others_place(prefix: str, name: str) -> None:
    seen = jupyter(kernel(OTHER, USER, name="old"), of_command=f"{OTHER}/share/jupyter")
    here = changed(patient(), prefix=prefix)
    held = packages(distribution("ipykernel"))
    (finding,) = findings(jupyter_of_another_prefix, jupyter=seen, path=path(**ACTIVE), packages=held, patient=here)
    assert finding.remedies == (RegisterKernel(name, user=True),)


def test_a_jupyter_that_offers_a_kernel_of_here_is_quiet() -> None:
    seen = jupyter(kernel(PREFIX, USER, name="fit"), of_command=f"{OTHER}/share/jupyter")
    assert findings(jupyter_of_another_prefix, jupyter=seen, path=path(**ACTIVE)) == []
    own = path(active=[active()], jupyter=command("jupyter"))
    assert findings(jupyter_of_another_prefix, jupyter=jupyter(), path=own) == []


def test_without_an_active_environment_the_jupyter_on_path_is_nobodys_business() -> None:
    assert (
        outcome(jupyter_of_another_prefix, jupyter=jupyter(), path=path(jupyter=ACTIVE["jupyter"])).status
        == "not-applicable"
    )
    finder = jupyter(finders=["nb_conda_kernels"])
    conda = path(active=[active(variable="CONDA_PREFIX")], jupyter=ACTIVE["jupyter"])
    assert findings(jupyter_of_another_prefix, jupyter=finder, path=conda) == []
