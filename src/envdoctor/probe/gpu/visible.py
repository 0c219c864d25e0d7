"""What ``CUDA_VISIBLE_DEVICES`` leaves of the devices: asked of the driver, and only where it is silent, foretold."""

from collections.abc import Mapping
from typing import Any

import msgspec

from envdoctor.ecosystem.visible import cuda_visible, on_purpose
from envdoctor.facts.base import Missing
from envdoctor.facts.gpu import Device, Seen

VARIABLE = "CUDA_VISIBLE_DEVICES"
Answers = Mapping[str, Mapping[str, Any]]


def seen(said: Mapping[str, Any] | None, answers: Answers, value: str | None) -> Seen | None:
    """What programs will see: the second child's word, else what the variable's rules say of the first one's devices."""
    if value is None:
        return None
    if said is not None and "code" in said:
        capabilities = [item.get("capability") for item in said.get("devices") or []]
        return Seen(value=value, code=said["code"], capabilities=capabilities)
    by_index = answers.get("cuda", {}).get("devices") or []
    if not by_index:
        return Seen(value=value, code=None, capabilities=[]) if on_purpose(value) else None
    named = [item.get("uuid", "") for item in answers.get("nvml", {}).get("devices") or []]
    identifiers = named if len(named) == len(by_index) else [""] * len(by_index)
    if any(word in value.upper() for word in ("GPU-", "MIG-")) and not any(identifiers):
        return None
    left = cuda_visible(value, identifiers)
    code = 101 if left is None else 0 if left else 100
    return Seen(value=value, code=code, capabilities=[by_index[index].get("capability") for index in left or []])


def hidden(found: Seen | None, answers: Answers) -> str | None:
    """The variable with its value where it hides every device that the driver has without it."""
    if found is None or found.capabilities:
        return None
    there = answers.get("cuda", {}).get("devices")
    return f"{VARIABLE}={found.value}" if there or on_purpose(found.value) else None


def mark(devices: list[Device] | Missing, found: Seen | None) -> list[Device] | Missing:
    """The devices, marked where all that the variable leaves are of another compute capability.

    Names are no help: CUDA calls a part of a split device otherwise than NVML calls the device.
    """
    if found is None or found.code is None or None in found.capabilities or isinstance(devices, Missing):
        return devices
    left = found.capabilities
    return [msgspec.structs.replace(item, hidden=True) if _left_out(item, left) else item for item in devices]


def _left_out(item: Device, left: list[str | None]) -> bool:
    capability = item.compute_capability
    return item.vendor == "nvidia" and isinstance(capability, str) and capability not in left
