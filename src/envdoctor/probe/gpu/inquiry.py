"""Asking NVIDIA's libraries in a child: they hang, crash and take their time, so it starts early and has a deadline."""

import os
import sys
import time
from typing import Any

from envdoctor.facts.gpu import LayerStatus
from envdoctor.probe.child import Child
from envdoctor.probe.gpu.files import Sight
from envdoctor.probe.interrogation import HERE

SCRIPT = os.path.join(HERE, "inside", "accelerators.py")
SMI_SECONDS = 5.0  # nvidia-smi is asked last, and for no longer


class Inquiry:
    """One conversation with NVML, libcuda and nvidia-smi; begins when made.

    ``CUDA_VISIBLE_DEVICES`` is unset for it: what hides devices is told apart from what can't be used. Where it is
    set, a second child beside the first asks libcuda with it: what it leaves is the driver's word.
    """

    def __init__(self, sight: Sight, environ: dict[str, str], timeout: float) -> None:
        self.timeout = timeout
        self._deadline = time.monotonic() + timeout
        cookie = "envdoctor-" + os.urandom(12).hex() + ":"
        wanted = {**sight.candidates, "smi": sight.smi, "smi_seconds": min(SMI_SECONDS, timeout * 0.8)}
        kept = {name: value for name, value in environ.items() if name != "CUDA_VISIBLE_DEVICES"}
        kept["CUDA_CACHE_DISABLE"] = "1"  # nothing is written
        python = sys.executable or "python3"
        self._child = Child([python, "-I", "-S", "-B", SCRIPT, cookie, _dumps(wanted)], cookie, kept)
        self._second: Child | None = None
        if "CUDA_VISIBLE_DEVICES" in environ:
            asked = _dumps({"cuda": sight.candidates["cuda"], "only": True})
            same = {**environ, "CUDA_CACHE_DISABLE": "1"}
            self._second = Child([python, "-I", "-S", "-B", SCRIPT, cookie, asked], cookie, same)

    def answers(self) -> dict[str, dict[str, Any]]:
        """What each layer said: ``status``, ``code``, ``detail`` and more; a layer that hangs or crashes says so."""
        self._child.wait(lambda records: '"section": "done"' in (records[-1] if records else ""), self._deadline)
        found: dict[str, dict[str, Any]] = {}
        asking = "nvml"
        done = False
        for text in self._child.records:
            record = _loads(text)
            if record["section"] == "asking":
                asking = record["value"]
            elif record["section"] == "done":
                done = True
            else:
                found[record["section"]] = record["value"]
        if not done and self._child.lack and self._child.failure:
            found[asking] = {"status": "not-asked", "detail": self._child.lack}
        elif not done:
            ended = self._child.ending()
            hangs = ended == "still running"
            if asking not in found:
                status = LayerStatus.TIMED_OUT if hangs else LayerStatus.FAILED
                detail = f"no answer in {self.timeout:g} s" if hangs else f"it ended the child that asked: {ended}"
                found[asking] = {"status": status, "detail": detail, "crashed": not hangs}
        self._child.stop()
        if not done:
            for layer in {"nvml", "cuda"} - found.keys():
                found[layer] = {
                    "status": LayerStatus.NOT_ASKED,
                    "detail": f"{asking}: {found[asking].get('detail', '')}",
                }
        return found

    def seen(self) -> dict[str, Any] | None:
        """What libcuda said with ``CUDA_VISIBLE_DEVICES`` as it stands; ``None`` where it is not set or nothing was said."""
        if self._second is None:
            return None
        self._second.wait(lambda records: '"section": "done"' in (records[-1] if records else ""), self._deadline)
        records = [_loads(text) for text in self._second.records]
        self._second.stop()
        return next((record["value"] for record in records if record["section"] == "cuda"), None)

    def close(self) -> None:
        """End the children, whatever they are doing."""
        self._child.stop()
        if self._second is not None:
            self._second.stop()


def _dumps(value: object) -> str:
    import json  # where there is no GPU, nobody is asked

    return json.dumps(value)


def _loads(text: str) -> Any:
    import json

    return json.loads(text)
