"""FLT012: several workers on a machine compute on one GPU."""

from collections.abc import Iterator

from envdoctor.api import Evidence, Finding, Fleet, Manual, Rule, Severity, check

FLT012 = Rule("FLT012", "one-gpu-for-several-workers", Severity.WARNING)


@check(FLT012)
def one_gpu_for_several_workers(fleet: Fleet) -> Iterator[Finding]:
    """The first GPU that CUDA shows to a worker, by its own identifier."""
    users: dict[tuple[str, str], list[str]] = {}
    for group in fleet.groups:
        for member in group.members:
            if member.worker and member.worker.gpu:
                users.setdefault((member.machine or "", member.worker.gpu), []).append(member.name)
    shared = {gpu: names for (_, gpu), names in users.items() if len(names) > 1}
    if shared:
        gpu, names = next(iter(shared.items()))
        yield Finding(
            FLT012,
            gpu,
            tuple(Evidence(gpu, ", ".join(names)) for gpu, names in list(shared.items())[:12]),
            f"{len(names)} workers compute on one GPU ({gpu})",
            "Programs take the first GPU that they see. These workers see the same one first: they share its memory, and other "
            "GPUs stay idle.",
            remedies=(
                Manual("Give each worker a GPU of its own: `dask cuda worker`, or `CUDA_VISIBLE_DEVICES` for each"),
            ),
            members=tuple(name for names in shared.values() for name in names),
        )
