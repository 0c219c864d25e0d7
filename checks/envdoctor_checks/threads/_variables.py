"""Libraries by name, and one setting in every form that a person may need it: shell, environment, container, code."""

from envdoctor.api import Edit, KeepEnv, Manual, Remedy, SetEnv

NAMES = {
    "openblas": "OpenBLAS",
    "mkl": "MKL",
    "blis": "BLIS",
    "netlib": "the reference BLAS",
    "atlas": "ATLAS",
    "accelerate": "Accelerate",
    "armpl": "Arm Performance Libraries",
    "nvpl": "NVPL",
    "flexiblas": "FlexiBLAS",
}


def setting(name: str, value: str, title: str = "") -> tuple[Remedy, ...]:
    """A variable: for this shell; for every start of the environment; for an image."""
    return settings({name: value}, title)


def settings(variables: dict[str, str], title: str = "") -> tuple[Remedy, ...]:
    """Several of them."""
    words = " ".join(f"{name}={value}" for name, value in variables.items())
    return (
        SetEnv(variables, title=title),
        KeepEnv(variables),
        Edit("Dockerfile", f"ENV {words}, before the command that starts Python", title="in a container's image"),
    )


def limit(name: str | list[str], threads: int) -> tuple[Remedy, ...]:
    """A limit on BLAS's threads; in code, threadpoolctl sets it for a block and after the libraries were loaded."""
    code = f"with threadpoolctl.threadpool_limits({threads}, user_api='blas'): …"
    return (
        *settings(dict.fromkeys([name] if isinstance(name, str) else name, str(threads))),
        Manual(f"in the code, for one block: `{code}`"),
    )
