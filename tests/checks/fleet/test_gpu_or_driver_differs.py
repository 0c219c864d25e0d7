"""FLT006 gpu-or-driver-differs: loud and quiet."""

from envdoctor_checks.fleet.gpu_or_driver_differs import gpu_or_driver_differs
from tests.support.fleets import found, group, job, severities

NEW = {"driver": "580.65.06", "devices": "NVIDIA H100"}


def test_two_majors_of_a_driver_in_a_job_are_a_warning() -> None:
    groups = group("A", 9, gpu=NEW), group("B", 1, gpu=NEW | {"driver": "535.1"})
    (finding,) = found(gpu_or_driver_differs, job(*groups))
    assert (finding.severity, finding.members) == ("warning", ("b0",))
    assert severities(gpu_or_driver_differs, job(*groups, one_job=False)) == ["info"]


def test_gpu_nodes_beside_cpu_nodes_are_no_fault() -> None:
    assert severities(gpu_or_driver_differs, job(group("A", 9, gpu=NEW), group("B", 1))) == ["info"]
    patched = NEW | {"driver": "580.82.07"}
    assert severities(gpu_or_driver_differs, job(group("A", 9, gpu=NEW), group("B", 1, gpu=patched))) == ["info"]
    assert found(gpu_or_driver_differs, job(group("A", 9, gpu=NEW))) == []
