"""What ``CUDA_VISIBLE_DEVICES`` leaves of the devices: the libraries themselves are asked without it.

https://docs.nvidia.com/cuda/cuda-c-programming-guide/#cuda-environment-variables : a list of indices, or of the
beginnings of identifiers (``GPU-…``, ``MIG-…``); the first that names no device ends it.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from envdoctor.facts.base import Missing
from envdoctor.facts.gpu import Device

VARIABLE = "CUDA_VISIBLE_DEVICES"
Answers = Mapping[str, Mapping[str, Any]]


def hidden(answers: Answers, value: str | None) -> str | None:
    """The variable with its value where it hides every device: empty, ``-1``, ``NoDevFiles``, ``7`` of four."""
    return f"{VARIABLE}={value}" if value is not None and visible(answers, value) == [] else None


def mark(devices: list[Device] | Missing, answers: Answers, value: str | None) -> list[Device] | Missing:
    """The devices, marked where all that the variable leaves are of another compute capability.

    Names are no help: CUDA calls a part of a split device otherwise than NVML calls the device.
    """
    seen = visible(answers, value) if value is not None else None
    if seen is None or None in seen or isinstance(devices, Missing):
        return devices
    return [msgspec.structs.replace(item, hidden=True) if _left_out(item, seen) else item for item in devices]


def _left_out(item: Device, seen: list[str | None]) -> bool:
    capability = item.compute_capability
    return item.vendor == "nvidia" and isinstance(capability, str) and capability not in seen


def visible(answers: Answers, value: str) -> list[str | None] | None:
    """The compute capability of each device that the list names, up to the first that is none.

    ``None`` in the list: the library does not tell it; for the list: not to be told at all.
    """
    by_index = answers.get("cuda", {}).get("devices") or []
    by_name = answers.get("nvml", {}).get("devices") or []
    found: list[str | None] = []
    for word in map(str.strip, value.split(",")):
        if word.startswith(("GPU-", "MIG-")):
            named = [item for item in by_name if _is_called(item, word)]
            if not named:
                return None if not any("uuid" in item for item in by_name) else found
            found.append(named[0].get("capability"))
        elif word.isascii() and word.isdigit():
            if not by_index:
                return None
            if int(word[:9]) >= len(by_index):
                break
            found.append(by_index[int(word[:9])].get("capability"))
        else:
            break
    return found


def _is_called(item: Mapping[str, Any], word: str) -> bool:
    names = [item.get("uuid", ""), *item.get("instances", ())]
    return any(name.startswith(word) or word.startswith(f"MIG-{item.get('uuid', '-')}") for name in names)
