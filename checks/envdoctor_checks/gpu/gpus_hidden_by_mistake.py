"""GPU012: A variable that chooses GPUs has a value that hides them all, and a package here is built for them."""

from collections.abc import Iterator

from envdoctor.api import (
    Confidence,
    Device,
    Evidence,
    Finding,
    Gpu,
    NotApplicable,
    Rule,
    Severity,
    UnsetEnv,
    Variables,
    check,
    known,
    visible,
)

GPU012 = Rule("GPU012", "gpus-hidden-by-mistake", Severity.WARNING)
# By AMD's and Intel's drivers: each variable, and the backend that heeds it.
OTHERS = {
    "HIP_VISIBLE_DEVICES": ("amd", "rocm"),
    "ROCR_VISIBLE_DEVICES": ("amd", "rocm"),
    "ZE_AFFINITY_MASK": ("intel", "xpu"),
}


@check(GPU012, given={"gpu.builds": "no package built for a GPU is installed"})
def gpus_hidden_by_mistake(gpu: Gpu, environment: Variables) -> Iterator[Finding]:
    """The driver's word with the variable as it stands; of a recording without it, what the variable's rules say.

    What is written to hide GPUs on purpose (empty, ``-1``, ``none``) is no mistake, and neither is hiding some.
    """
    builds = [build for build in known(gpu.builds) if build.backend in ("cuda", "rocm", "xpu")]
    if not builds:
        raise NotApplicable("no package built for a GPU is installed")
    devices = known(gpu.devices)
    if not devices:
        raise NotApplicable("no GPU here")
    set_here = environment.variables
    value = gpu.seen.value if gpu.seen is not None else set_here.get("CUDA_VISIBLE_DEVICES")
    if value is None and gpu.hidden is not None:
        value = gpu.hidden.partition("=")[2]
    cards = [item for item in devices if item.vendor == "nvidia"]
    needed = next((build for build in builds if build.backend == "cuda"), None)
    if value is not None and needed is not None and cards and not visible.on_purpose(value):
        left, code = _left(gpu, value, cards)
        if not left or _by_rule(value, cards) == 0:
            # a driver that shows devices all the same is none that was measured
            sure = None if not left else Confidence.POSSIBLE
            reason = _cuda_reason(value, code, len(cards))
            yield _finding("CUDA_VISIBLE_DEVICES", value, cards, needed.package, reason, sure)
    for name, (vendor, backend) in OTHERS.items():
        value, cards = set_here.get(name), [item for item in devices if item.vendor == vendor]
        needed = next((build for build in builds if build.backend == backend), None)
        if value is None or needed is None or not cards or visible.on_purpose(value) or "GPU-" in value.upper():
            continue
        if not visible.by_number(value, len(cards)):
            yield _finding(name, value, cards, needed.package, _reason(value, len(cards)))


def _left(gpu: Gpu, value: str, cards: list[Device]) -> tuple[int, int | None]:
    """How many devices a program sees, and what ``cuInit`` says to it."""
    if gpu.seen is not None:
        return len(gpu.seen.capabilities), gpu.seen.code
    if gpu.hidden is not None:
        return 0, None
    found = _by_rule(value, cards)
    return (1, None) if found is None else (found, 0)


def _by_rule(value: str, cards: list[Device]) -> int | None:
    """How many devices the variable's rules leave; ``None`` where that can't be said: identifiers are not recorded."""
    if any(card.usable is not True for card in cards) or any(word in value.upper() for word in ("GPU-", "MIG-")):
        return None
    return len(visible.cuda_visible(value, [""] * len(cards)) or ())


def _cuda_reason(value: str, code: int | None, count: int) -> str:
    numbers = [word.strip() for word in value.split(",")]
    if "," in value and (code == 101 or len(set(numbers)) < len(numbers)):
        return "It names a GPU twice."
    if value.strip(" '\"") != value.strip():
        return "The quotation marks are part of the value."
    return _reason(value, count)


def _reason(value: str, count: int) -> str:
    first = value.partition(",")[0].strip()
    if first.lstrip("+-").isdigit():
        there = "there is 1 GPU, number 0" if count == 1 else f"there are {count} GPUs, numbers 0 to {count - 1}"
        return f"It begins with {first}; {there}."
    return "It begins with a word that names no GPU: numbers from 0 on and identifiers (GPU-…, MIG-…) do."


def _finding(
    name: str, value: str, cards: list[Device], package: str, reason: str, sure: Confidence | None = None
) -> Finding:
    labels = [card.name if isinstance(card.name, str) else f"{card.vendor} GPU" for card in cards]
    return Finding(
        GPU012,
        name,
        (
            Evidence(name, value),
            Evidence("GPU", ", ".join(labels[:4]) + (" …" if len(labels) > 4 else "")),
            Evidence("built for GPUs", package),
        ),
        f"{name}={value} hides every GPU from programs",
        f"{reason} {package} finds no GPU and computes on the processor, or stops.",
        own_confidence=sure,
        remedies=(
            UnsetEnv((name,), title=f"unset {name}: programs then see every GPU; {name}=0 is the first one only"),
        ),
    )
