"""Make the index of the built-in checks from their modules; ``--check`` only says whether it is out of date (status 1)."""

import sys
from pathlib import Path

from msgspec.json import encode

from envdoctor.engine.index import Row, defined, place
from envdoctor.engine.plugins import BUILT_IN, built_in


def index() -> str:
    """The file as it should be: a line a check."""
    modules = dict.fromkeys(str(registered.check.examine.__module__) for registered in built_in(fleets=True).checks)
    rows = [
        Row(
            module,
            attribute,
            check.name,
            check.needs,
            check.rules,
            optional=len(getattr(check.examine, "__defaults__", None) or ()),
            given=check.given,
        )
        for module in modules
        for attribute, check in defined(module)
    ]
    return "[\n" + ",\n".join(encode(row).decode() for row in rows) + "\n]\n"


def main(check: bool) -> int:
    wanted, file = index(), Path(place(BUILT_IN))
    if file.exists() and file.read_text(encoding="utf-8") == wanted:
        return 0
    print(f"{'stale' if check else 'made'}: {BUILT_IN}/{file.name}")
    if not check:
        file.write_text(wanted, encoding="utf-8")
    return 1 if check else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
