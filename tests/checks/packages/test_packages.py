"""The rules of packages together, and what they judge by."""

from envdoctor.engine.remedies import UnsetEnv
from envdoctor.facts import PythonPathEntry
from envdoctor.testing import distribution, packages, path
from envdoctor_checks.packages.built_for_numpy_1 import built_for_numpy_1
from envdoctor_checks.packages.shadowed_distribution import shadowed_distribution
from envdoctor_checks.packages.unmet_requirement import unmet_requirement
from tests.checks.packages._shared import extension, one


def test_what_pythonpath_brings_is_cured_there_since_no_installation_gets_past_it() -> None:
    entry = "/opt/shared/site-packages/"
    numpy = [distribution("numpy", "2.4", location="/opt/shared/site-packages"), distribution("numpy", "1.26")]
    here = packages(distribution("scipy", requires=["numpy<2"]), *numpy, extensions=[extension("scipy", numpy=1)])
    leak = path(pythonpath=[PythonPathEntry(path=entry, exists=True)])
    for check in (unmet_requirement, shadowed_distribution, built_for_numpy_1):
        assert one(check, packages=here, path=leak).remedies == (UnsetEnv(("PYTHONPATH",)),)
        elsewhere = path(pythonpath=[PythonPathEntry(path="/opt/other", exists=True)])
        assert one(check, packages=here, path=elsewhere).remedies != (UnsetEnv(("PYTHONPATH",)),)
