"""How far envdoctor agrees with conda itself: ``python -m tests.conda_agreement`` writes ``docs/conda-agreement.md``.

It asks the laboratory's conda (`tests.support.real_conda`). The same rows, and fewer configurations, are tests.
"""

import datetime
import sys
import tempfile
from pathlib import Path

from tests.real import test_conda_doctor_agreement as doctor
from tests.real import test_condas_own_configuration as configuration
from tests.support.real_conda import VERSION, bring_up

DOCUMENT = Path(__file__).parent.parent / "docs" / "conda-agreement.md"
LAYOUTS, SEED = 500, 20261127


def table(seen: list[doctor.Seen]) -> list[str]:
    rows = ["| made by | fault | both name | only conda doctor | only envdoctor | why |", "|---|---|---|---|---|---|"]
    for row, found in zip(doctor.ROWS, seen, strict=True):
        reasons = row.ours | row.theirs
        why = "; ".join(dict.fromkeys(reasons.get(name, "**not known**") for name in [*found.theirs, *found.ours]))
        cells = [", ".join(sorted(names)) or "–" for names in (found.both, found.theirs, found.ours)]
        rows.append(f"| {row.maker} | {row.fault} | {' | '.join(cells)} | {why or '–'} |")
    return rows


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="agreement-") as scratch, bring_up(Path(scratch, "ca.pem")) as lab:
        folders = [Path(scratch, name) for name in ("doctor", "layouts")]
        for folder in folders:
            folder.mkdir()
        seen = doctor.compared(lab, folders[0])
        wrong = configuration.differences(lab, folders[1], LAYOUTS, SEED)
    lines = [
        "# Agreement with conda",
        "",
        f"Seen with conda {VERSION} on {datetime.date.today()}; made by `python -m tests.conda_agreement`.",
        "",
        "## Configuration",
        "",
        f"{LAYOUTS} random layouts of condarc files and variables: channels and their priority are read otherwise than "
        f"by conda in {len(wrong)} of them. (`tests/real/test_condas_own_configuration.py` tries 100 others in every run.)",
        "",
        "## `conda doctor` and CON008 with `--deep`",
        "",
        f"The packages that each names, on {len(seen)} prefixes, healthy and damaged.",
        "",
        *table(seen),
    ]
    DOCUMENT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
