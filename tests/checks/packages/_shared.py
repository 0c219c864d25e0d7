"""What the tests of packages share."""

from typing import Any

from envdoctor.engine.findings import Finding
from envdoctor.facts import Extension
from envdoctor.testing import SITE, distribution, findings

SYSTEM = "/usr/lib/python3/dist-packages"


def one(check: Any, **sections: Any) -> Finding:
    (finding,) = findings(check, **sections)
    return finding


def extension(name: str, **changes: Any) -> Extension:
    values = {"distribution": distribution(name).path, "path": f"{SITE}/{name}/_c.so", "suffix": ".abi3.so"}
    return Extension(**(values | changes))
