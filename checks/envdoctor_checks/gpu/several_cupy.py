"""GPU009: More than one distribution of CuPy is installed."""

from collections.abc import Iterator

from envdoctor.api import Evidence, Finding, Gpu, NotApplicable, Packages, Replace, Rule, Severity, check, known, table
from envdoctor_checks.gpu._fit import best_major

GPU009 = Rule("GPU009", "several-cupy", Severity.ERROR, guide=("pkg-5",))


@check(GPU009)
def several_cupy(gpu: Gpu, packages: Packages) -> Iterator[Finding]:
    found = list(dict.fromkeys(item.name for item in packages.distributions if _is_cupy(item.key)))
    if not found:
        raise NotApplicable("CuPy is not installed")
    if not any(device.vendor in ("nvidia", "amd") for device in known(gpu.devices)):
        raise NotApplicable("no GPU here")
    if len(found) > 1:
        rows = table("gpu")["on_pypi"]
        fitting = [row["requirement"] for row in rows if row["package"] == "cupy" and str(row["major"]) == _major(gpu)]
        wanted = fitting[0] if fitting else found[0]
        yield Finding(
            GPU009,
            "CuPy",
            (Evidence("installed", ", ".join(found)),),
            f"{len(found)} distributions of CuPy are installed: {', '.join(found)}",
            "All of them are the one package `cupy`: they have overwritten each other's files.",
            remedies=(
                Replace(tuple(found), (wanted,), title="remove all of them, then install the one for this driver"),
            ),
        )


def _is_cupy(key: str) -> bool:
    return key == "cupy" or key.startswith(("cupy-cuda", "cupy-rocm"))


def _major(gpu: Gpu) -> str:
    offered = gpu.cuda_driver_version if isinstance(gpu.cuda_driver_version, str) else None
    return str(best_major(offered, gpu.driver if isinstance(gpu.driver, str) else None) or "")
