"""Fails where a run of the tests skipped what it may not.

The files named on the command line are what pytest wrote (``-ra``); ``expected-skips.txt`` beside this file lists
the reasons that may be given, one to a line, with ``*`` for whatever may stand there.
"""

import re
import sys
from fnmatch import fnmatchcase
from pathlib import Path

MOST = 25  # in one run
SKIPPED = re.compile(r"^SKIPPED \[(\d+)\] (\S+?): (.+)$", re.MULTILINE)


def main(names: list[str]) -> int:
    lines = Path(__file__).with_name("expected-skips.txt").read_text(encoding="utf-8").splitlines()
    allowed = [line for line in lines if line and not line.startswith("#")]
    status = 0
    for name in names:
        found = [
            (int(count), place, reason)
            for count, place, reason in SKIPPED.findall(Path(name).read_text(encoding="utf-8"))
        ]
        total = sum(count for count, _, _ in found)
        print(f"{Path(name).stem}: {total} skipped")
        for count, place, reason in found:
            known = any(fnmatchcase(reason, pattern) for pattern in allowed)
            print(f"  {'' if known else 'NOT EXPECTED: '}{count} × {place}: {reason}")
            status |= not known
        if total > MOST:
            print(f"  that is more than {MOST}")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
