"""What no report may print to be run."""

import re

from envdoctor.engine.findings import Finding
from envdoctor.facts import Facts
from envdoctor.fixes import Toolbox
from envdoctor.fixes.model import Applicability, Fix
from envdoctor.fixes.steps import Edit
from envdoctor.report.verdict import shell_for

HARM = re.compile(
    r"""(?x)
    (?:unset|set\s-e|Remove-Item\sEnv:)\s?.*\bLD_LIBRARY_PATH\b
    | \bLD_PRELOAD\b | \bGLIBC_TUNABLES\b
    | seccomp | --security-opt | --privileged
    | \bch(?:mod|own|grp)\s+(?:-\w*R|--recursive)
    | \b(?:usermod|groupadd|gpasswd|modprobe|rmmod|systemctl|nvidia-smi|reboot)\b
    | \b(?:conda|mamba|micromamba)\s+clean\b
    | \bsudo\s+(?!(?:apt-get|apt|dnf|yum|apk|pacman|zypper)\s)
    """
)
START_UP = re.compile(r"\.(?:bash\w*|profile|z(?:shrc|shenv|profile))$|config\.fish$|profile\.ps1$")


def harmful(fix: Fix, facts: Facts) -> list[str]:
    """The commands of a fix, its undoing and its edits that nobody should be given to copy."""
    shell = shell_for(facts)
    lines = [shell.command(step) or "" for step in fix.steps] + [fix.undo]
    found = [line for line in lines if HARM.search(line)]
    found += [step.file for step in fix.steps if isinstance(step, Edit) and START_UP.search(step.file)]
    if fix.undo.startswith(("rm -r", "Remove-Item -Recurse")):  # what it removes may have been there before
        found.append(f"undo: {fix.undo}")
    if fix.applicability is Applicability.SAFE and any(" --clear" in line or "rm -r" in line for line in lines[:-1]):
        found.append(f"safe: {lines}")
    return found


def harms(findings: list[Finding], facts: Facts) -> list[str]:
    """Those of all remedies of these findings in this patient."""
    toolbox = Toolbox(facts)
    fixes = [toolbox.fix(remedy, item.rule.code) for item in findings for remedy in item.remedies]
    return [line for fix in fixes for line in harmful(fix, facts)]
