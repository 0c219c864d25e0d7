"""What the variables that choose GPUs leave of them: a model of how each driver reads its own.

The driver itself is asked where there is one; this serves recordings. CUDA: measured on an H100 with driver 580, and
https://docs.nvidia.com/cuda/cuda-c-programming-guide/#cuda-environment-variables . ROCm:
https://rocm.docs.amd.com/en/latest/conceptual/gpu-isolation.html . oneAPI:
https://oneapi-src.github.io/level-zero-spec/level-zero/latest/core/PROG.html#affinity-mask
"""

import re
from collections.abc import Sequence

# What is written to hide every GPU on purpose.
ON_PURPOSE = ("", "-1", "none", "void", "nodevfiles")
_NUMBER = r"\s*[+-]?(?:0[xX][0-9a-fA-F]+|\d+)"


def cuda_visible(value: str, identifiers: Sequence[str]) -> list[int] | None:
    """The devices that ``CUDA_VISIBLE_DEVICES`` names, up to the first word that names none; ``None``: one twice, an error.

    ``identifiers`` are the devices' (``GPU-05079c53-…``; empty: not known), in the driver's order. A number is read as
    C reads one: blanks and a sign before it, and what follows it does not count (``0;1`` is 0). A word that begins
    with ``GPU-`` or ``MIG-`` names the device whose identifier goes on like it.
    """
    found: list[int] = []
    for word in value.split(","):
        if word[:4] in ("GPU-", "MIG-"):
            rest = word[4:].strip().lower()
            named = [at for at, item in enumerate(identifiers) if item and item[4:].lower().startswith(rest)]
            index = named[0] if named else None
        else:
            index = _number(word)
        if index is None or not 0 <= index < len(identifiers):
            break
        if index in found:
            return None
        found.append(index)
    return found


def _number(word: str) -> int | None:
    match = re.match(_NUMBER, word)
    if match is None:
        return None
    text = match[0].strip()
    return int(text, 16) if "x" in text.lower() else int(text[:12])


def by_number(value: str, count: int) -> list[int]:
    """The devices that ``HIP_VISIBLE_DEVICES``, ``ROCR_VISIBLE_DEVICES`` or ``ZE_AFFINITY_MASK`` names by number."""
    found = []
    for word in value.split(","):
        text = word.strip().partition(".")[0]  # ZE_AFFINITY_MASK: a tile of a device
        if not (text.isascii() and text.isdigit()) or int(text[:9]) >= count:
            break
        found.append(int(text))
    return found


def on_purpose(value: str) -> bool:
    """Whether the value is one that is written to hide every GPU."""
    return value.strip().lower() in ON_PURPOSE
