"""GPU006: A folder on `LD_LIBRARY_PATH` holds a library of the very name (soname) that an installed `nvidia-*` wheel
brings.
"""

from collections.abc import Iterator

from envdoctor.api import Evidence, Finding, Gpu, NotApplicable, Rule, Severity, UnsetEnv, check
from envdoctor_checks.gpu._devices import nvidia

GPU006 = Rule("GPU006", "cuda-library-shadowed", Severity.WARNING, varies=(Severity.INFO,))


@check(GPU006)
def cuda_library_shadowed(gpu: Gpu) -> Iterator[Finding]:
    """LD_LIBRARY_PATH goes before RUNPATH and after RPATH (man 8 ld.so): which one a package has was read."""
    if not gpu.libraries:
        raise NotApplicable("no nvidia-* distribution is installed")
    nvidia(gpu)
    for folder in dict.fromkeys(item.folder for item in gpu.shadowed):
        items = [item for item in gpu.shadowed if item.folder == folder]
        certain = items[0].certain
        sonames = ", ".join(item.soname for item in items[:4]) + (" …" if len(items) > 4 else "")
        yield Finding(
            GPU006,
            folder,
            (
                Evidence("LD_LIBRARY_PATH", folder),
                Evidence("libraries", sonames),
                Evidence("brought by", ", ".join(dict.fromkeys(item.wheel for item in items))),
            ),
            f"{folder} on LD_LIBRARY_PATH offers CUDA libraries that wheels bring too",
            f"{' and '.join(certain)} will load them in place of those they were tested with."
            if certain
            else "Which of the two is loaded depends on how a package looks for it.",
            own_severity=None if certain else Severity.INFO,
            remedies=(UnsetEnv(("LD_LIBRARY_PATH",), title=f"take {folder} out of LD_LIBRARY_PATH"),),
        )
