"""THR001 more-threads-than-cpus: loud and quiet."""

import pytest

from envdoctor.engine.remedies import SetEnv
from envdoctor.facts import Missing, OpenMP, Quota
from envdoctor.testing import blas, changed, cpu, distribution, environment, findings, openblas, outcome, packages
from envdoctor_checks.threads.more_threads_than_cpus import more_threads_than_cpus as check

GOMP = OpenMP(runtime="libgomp", threads=8, path="/env/faiss_cpu.libs/libgomp.so.1", used_by=["faiss"], loaded=True)
QUOTA = Quota(cpus=4.0, file="/sys/fs/cgroup/cpu.max", setting="400000 100000")


def test_as_many_threads_as_cpus_is_quiet() -> None:
    assert findings(check, blas=blas(openblas(threads=4)), cpu=cpu(4)) == []


def test_a_quota_below_the_threads_is_found_with_its_file() -> None:
    limited = cpu(64, usable=4, quota=4.0, quotas=[QUOTA])
    (finding,) = findings(check, blas=blas(openblas(threads=64)), cpu=limited)
    assert finding.title == "BLAS starts 64 threads where 4 CPUs are usable"
    assert ("/sys/fs/cgroup/cpu.max", "400000 100000") in [(seen.label, seen.value) for seen in finding.evidence]
    assert finding.remedies[0] == SetEnv({"OPENBLAS_NUM_THREADS": "4"})


def test_two_pools_of_one_vendor_are_one_finding() -> None:
    pools = blas(openblas("numpy", 8), openblas("scipy", 8))
    assert len(findings(check, blas=pools, cpu=cpu(8, usable=2))) == 1


def test_the_variable_in_force_is_evidence() -> None:
    (finding,) = findings(
        check, blas=blas(openblas(threads=8)), cpu=cpu(8, usable=2), environment=environment(OMP_NUM_THREADS="8")
    )
    assert ("OMP_NUM_THREADS", "8") in [(seen.label, seen.value) for seen in finding.evidence]


def test_a_library_that_does_not_tell_leaves_it_unknown() -> None:
    result = outcome(
        check, blas=blas(openblas(vendor="mkl", threads=Missing("the library does not say it"))), cpu=cpu(4)
    )
    assert result.status == "unknown"


def test_an_unknown_quota_leaves_it_unknown() -> None:
    result = outcome(check, blas=blas(openblas()), cpu=cpu(4, quota=Missing("cpu.max: garbage")))
    assert (result.status, result.reason) == ("unknown", "cpu.max: garbage")


def test_without_a_blas_there_is_nothing_to_judge() -> None:
    assert outcome(check, blas=blas()).status == "not-applicable"


def test_a_build_on_openmp_is_limited_by_openmps_variable_whoever_else_is_there() -> None:
    faiss = openblas("faiss", 8, threading_layer="openmp")
    (finding,) = findings(check, blas=blas(openblas("numpy", 2), faiss), cpu=cpu(2))
    assert finding.remedies[0] == SetEnv({"OMP_NUM_THREADS": "2"})


@pytest.mark.parametrize("extra", [{"OMP_THREAD_LIMIT": "2"}, {"OMP_DYNAMIC": "TRUE"}], ids=str)
def test_openmps_own_limits_count(extra: dict[str, str]) -> None:
    """Both leave omp_get_max_threads at 8, and 2 threads at work."""
    variables = {"OMP_NUM_THREADS": "8"} | extra
    pools = blas(openblas("faiss", 8, threading_layer="openmp"), openmp=[GOMP])
    assert findings(check, blas=pools, cpu=cpu(2), environment=environment(**variables)) == []
    assert findings(check, blas=pools, cpu=cpu(2), environment=environment(OMP_NUM_THREADS="8")) != []


def test_openmps_dynamic_teams_do_not_see_a_quota() -> None:
    pools = blas(openblas("faiss", 64, threading_layer="openmp"))
    limited = cpu(64, usable=4, quota=4.0, quotas=[QUOTA])
    assert findings(check, blas=pools, cpu=limited, environment=environment(OMP_DYNAMIC="true")) != []


def test_openmps_limits_are_none_of_a_pthreads_builds() -> None:
    limits = environment(OMP_THREAD_LIMIT="1", OMP_DYNAMIC="true")
    assert findings(check, blas=blas(openblas("numpy", 8)), cpu=cpu(2), environment=limits) != []


@pytest.mark.parametrize(
    "job",
    [
        {"SLURM_JOB_ID": "1", "SLURM_CPUS_PER_TASK": "2"},
        {"PBS_ENVIRONMENT": "PBS_BATCH", "NCPUS": "2"},
        {"LSB_JOBID": "1", "LSB_DJOB_NUMPROC": "2"},
        {"SGE_TASK_ID": "undefined", "NSLOTS": "2"},
    ],
    ids=str,
)
def test_what_a_scheduler_gave_the_job_counts_though_the_mask_has_all_cpus(job: dict[str, str]) -> None:
    (finding,) = findings(check, blas=blas(openblas(threads=16)), cpu=cpu(16), environment=environment(**job))
    assert finding.title == "BLAS starts 16 threads where 2 CPUs are usable"
    assert [seen.value for seen in finding.evidence if seen.label in job] == ["2"]
    assert finding.remedies[0] == SetEnv({"OPENBLAS_NUM_THREADS": "2"})
    assert findings(check, blas=blas(openblas(threads=2)), cpu=cpu(16), environment=environment(**job)) == []


def test_a_count_without_its_job_or_that_is_none_limits_nothing() -> None:
    for stray in ({"NSLOTS": "2"}, {"NCPUS": "1"}, {"SLURM_JOB_ID": "1", "SLURM_CPUS_PER_TASK": "many"}):
        assert findings(check, blas=blas(openblas(threads=16)), cpu=cpu(16), environment=environment(**stray)) == []


# --- OpenMP that no check-up loads ---


@pytest.mark.parametrize("package", ["lightgbm", "torch", "implicit"])
def test_openmp_of_a_package_that_is_not_loaded_takes_the_variable_at_its_word(package: str) -> None:
    facts = {"blas": blas(openblas(threads=2)), "cpu": cpu(2), "packages": packages(distribution(package))}
    (finding,) = findings(check, **facts, environment=environment(OMP_NUM_THREADS="16"))
    assert finding.title == f"OMP_NUM_THREADS=16 starts 16 threads in {package} where 2 CPUs are usable"
    assert finding.remedies == (SetEnv({"OMP_NUM_THREADS": "2"}),)
    for quiet in ({"OMP_NUM_THREADS": "2"}, {"OMP_NUM_THREADS": "16", "OMP_THREAD_LIMIT": "2"}, {}):
        assert findings(check, **facts, environment=environment(**quiet)) == []
    facts["packages"] = packages(distribution("pandas"))
    assert findings(check, **facts, environment=environment(OMP_NUM_THREADS="16")) == []


def test_a_limit_holds_for_openmp_too_where_a_quota_leaves_fewer_cpus() -> None:
    limited = {"cpu": cpu(16, usable=1, quota=1.0), "packages": packages(distribution("lightgbm"))}
    (finding,) = findings(check, blas=blas(openblas(threads=16)), **limited)
    assert finding.remedies[0] == SetEnv({"OMP_NUM_THREADS": "1"})
    assert ("OpenMP of lightgbm", "16 threads, one for each CPU of the mask") in [
        (seen.label, seen.value) for seen in finding.evidence
    ]
    (finding,) = findings(
        check, blas=blas(openblas(threads=16)), **limited, environment=environment(OPENBLAS_NUM_THREADS="16")
    )
    assert finding.remedies[0] == SetEnv({"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"})
    running = blas(openblas(threads=16), openmp=[changed(GOMP, threads=16)])
    (finding,) = findings(check, blas=running, cpu=cpu(16, usable=1, quota=1.0))
    assert finding.remedies[0] == SetEnv({"OMP_NUM_THREADS": "1"})
