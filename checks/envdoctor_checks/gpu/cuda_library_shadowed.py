"""GPU006: `LD_PRELOAD`, or a folder on `LD_LIBRARY_PATH`, has a library of the very name (soname) that an installed
`nvidia-*` wheel brings.
"""

from collections.abc import Iterator

from envdoctor.api import (
    Evidence,
    Finding,
    Gpu,
    Missing,
    Rule,
    SetEnv,
    Severity,
    Shadow,
    UnsetEnv,
    Variables,
    check,
)
from envdoctor_checks.gpu._devices import nvidia
from envdoctor_checks.gpu._driver import without

GPU006 = Rule("GPU006", "cuda-library-shadowed", Severity.WARNING, varies=(Severity.INFO,))


@check(GPU006, given={"gpu.libraries": "no nvidia-* distribution is installed"})
def cuda_library_shadowed(gpu: Gpu, environment: Variables | Missing | None = None) -> Iterator[Finding]:
    """LD_PRELOAD goes before all, LD_LIBRARY_PATH before RUNPATH and after RPATH (man 8 ld.so): which one a package
    has was read.
    """
    nvidia(gpu)
    for place in dict.fromkeys((item.variable, item.folder) for item in gpu.shadowed):
        items = [item for item in gpu.shadowed if (item.variable, item.folder) == place]
        yield _finding(*place, items, environment if isinstance(environment, Variables) else None)


def _finding(variable: str, folder: str, items: list[Shadow], variables: Variables | None) -> Finding:
    certain, preloaded = items[0].certain, variable == "LD_PRELOAD"
    sonames = ", ".join(item.soname for item in items[:4]) + (" …" if len(items) > 4 else "")
    if preloaded:
        title = f"LD_PRELOAD loads another {sonames} before those that wheels bring"
        why = "Every program loads it first: one of another version ends `import torch` with an undefined symbol."
        cure: SetEnv | UnsetEnv = UnsetEnv((variable,), title=f"unset LD_PRELOAD, or take {sonames} out of it")
    else:
        title = f"{folder} on LD_LIBRARY_PATH offers CUDA libraries that wheels bring too"
        why = (
            f"{' and '.join(certain)} will load them in place of those they were tested with."
            if certain
            else "Which of the two is loaded depends on how a package looks for it."
        )
        cure = without(variable, folder, variables)
    return Finding(
        GPU006,
        folder,
        (
            Evidence(variable, folder),
            Evidence("libraries", sonames),
            Evidence("brought by", ", ".join(dict.fromkeys(item.wheel for item in items))),
        ),
        title,
        why,
        own_severity=None if certain or preloaded else Severity.INFO,
        remedies=(cure,),
    )
