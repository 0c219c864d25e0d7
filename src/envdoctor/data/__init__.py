"""Knowledge with a shelf life, as tables: written in TOML, each row with its source, read as the JSON made of it.

``python -m envdoctor.data`` makes the JSON anew (TOML takes ten times as long to read, and a
check-up lasts as long as ``import numpy``); a test keeps the two equal.
"""

import json
import os
from typing import Any

_cache: dict[str, dict[str, Any]] = {}


def table(name: str) -> dict[str, Any]:
    """The table ``name`` (``python_versions``, ``guide/statements`` …), as in its TOML file; dates are ISO strings."""
    if name not in _cache:
        package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        folder = "" if "/" in name else "data/"
        with open(f"{package}/{folder}{name}.json", encoding="ascii") as file:
            _cache[name] = json.load(file)
    return _cache[name]
