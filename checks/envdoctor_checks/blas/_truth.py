"""Trials of products in words, and the ways out that were tried."""

from envdoctor.api import Library, Manual, Remedy, SetEnv, Trial, UnsetEnv
from envdoctor_checks.blas._libraries import describe

AS_IT_IS, WITHOUT = "as it is", "without "


def words(product: object) -> str:
    """``gemm of float64, 300×672×300``."""
    shape = "×".join(map(str, getattr(product, "shape", [])))
    return f"{product.routine} of {product.type}, {shape}" if shape else "first call"  # type: ignore[attr-defined]


def with_kernels(library: Library) -> str:
    """The library, and the kernels that it uses."""
    told = describe(library)
    return f"{told}, {library.architecture} kernels" if isinstance(library.architecture, str) else told


def sound(trial: Trial) -> bool:
    """Whether everything was asked and right."""
    return trial.asked > 0 and not trial.wrong and not trial.ended and not trial.problem


def ways_out(trials: list[Trial]) -> tuple[Remedy, ...]:
    """The first setting under which all that is wrong as it is was right here, and that leaves the others right."""
    found: dict[str, list[Trial]] = {}
    for trial in trials:
        found.setdefault(trial.setting, []).append(trial)
    ill = {trial.library for trial in found.get(AS_IT_IS, []) if trial.wrong or trial.ended}
    for setting, tried in sorted(found.items(), key=lambda item: not item[0].startswith(WITHOUT)):
        if setting == AS_IT_IS or not ill or not ill <= {item.library for item in tried} or not all(map(sound, tried)):
            continue
        if setting.startswith(WITHOUT):
            return (
                UnsetEnv(
                    tuple(setting[len(WITHOUT) :].split(", ")), title="tried here: the results are right without it"
                ),
            )
        name, _, value = setting.partition("=")
        return (SetEnv({name: value}, title="tried here: the results are right with it"),)
    return (Manual("no setting that was tried helps"),) if len(found) > 1 else ()
