"""FLT012 one-gpu-for-several-workers: loud and quiet."""

import msgspec

from envdoctor.facts import Worker
from envdoctor.facts.fleet import Fleet, Member
from envdoctor_checks.fleet.one_gpu_for_several_workers import one_gpu_for_several_workers
from tests.support.fleets import found, group, job


def with_gpus(*gpus: str | None, machine: str = "m") -> Fleet:
    members = [
        Member(name=f"w-{number}", machine=machine, role="worker", worker=Worker(gpu=gpu))
        for number, gpu in enumerate(gpus)
    ]
    return job(msgspec.structs.replace(group("A", 1), members=members))


def test_two_workers_on_one_gpu_are_told() -> None:
    (finding,) = found(one_gpu_for_several_workers, with_gpus("GPU-1", "GPU-1", "GPU-2"))
    assert finding.members == ("w-0", "w-1") and "GPU-1" in finding.title


def test_a_gpu_for_each_and_workers_without_are_quiet() -> None:
    assert found(one_gpu_for_several_workers, with_gpus("GPU-1", "GPU-2", None, None)) == []
    assert found(one_gpu_for_several_workers, job(group("A", 9))) == []
