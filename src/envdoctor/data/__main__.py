"""Make the JSON tables from the TOML ones; ``--check`` only says which are out of date (status 1)."""

import json
import sys
import tomllib
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def compiled(source: Path) -> str:
    """The JSON of a TOML table."""
    document = tomllib.loads(source.read_text(encoding="utf-8"))
    return json.dumps(document, default=str, indent=0, ensure_ascii=True) + "\n"


def main(check: bool) -> int:
    stale = [
        source
        for source in sorted(PACKAGE.glob("**/*.toml"))
        if not (target := source.with_suffix(".json")).exists()
        or target.read_text(encoding="ascii") != compiled(source)
    ]
    for source in stale:
        print(f"{'stale' if check else 'made'}: {source.with_suffix('.json').relative_to(PACKAGE)}")
        if not check:
            source.with_suffix(".json").write_text(compiled(source), encoding="ascii")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
