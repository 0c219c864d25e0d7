"""One page of HTML: self-contained, readable without a network, and a part of it for notebooks.

The verdict stands first; findings that harm are open, the rest is folded. The one script adds buttons that copy commands
and a field that filters findings: without it, nothing is missing.
"""

from collections.abc import Iterator, Sequence

from envdoctor.ecosystem.units import plural
from envdoctor.engine.checks import Status
from envdoctor.engine.rules import Severity
from envdoctor.report import escapes
from envdoctor.report.formats.findings import MOST_EVIDENCE, Told
from envdoctor.report.report import Report
from envdoctor.report.view import FixView, Group, OutcomeView, PatientView, Style, View, by_reason, grouped

CSS = """
.envdoctor { --line: #8885; --soft: rgba(127,127,127,.12); --red: #b3261e; --amber: #9a6700; --blue: #1f5fa8;
  --green: #1a7f37; font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 0 auto; padding: 1rem;
  overflow-wrap: anywhere; text-align: left; }
@media (prefers-color-scheme: dark) { .envdoctor { --red: #ff8a80; --amber: #f2c14e; --blue: #8ab4f8; --green: #7ee2a0; } }
.envdoctor h1 { font-size: 1.25em; margin: 0 0 .3em; } .envdoctor h2 { font-size: 1.05em; margin: 1.4em 0 .4em; }
.envdoctor .verdict { border: 1px solid var(--line); border-left: 6px solid; border-radius: 6px; padding: .7em 1em; }
.envdoctor .broken { border-left-color: var(--red); } .envdoctor .hurts { border-left-color: var(--amber); }
.envdoctor .inconclusive { border-left-color: var(--amber); } .envdoctor .healthy { border-left-color: var(--green); }
.envdoctor pre { background: var(--soft); padding: .6em .8em; overflow-x: auto; border-radius: 4px; margin: .4em 0;
  overflow-wrap: normal; }
.envdoctor details { border-left: 4px solid #888; padding: .1em 0 .1em .8em; margin: .5em 0; }
.envdoctor details.error { border-color: var(--red); } .envdoctor details.warning { border-color: var(--amber); }
.envdoctor details.info { border-color: var(--blue); }
.envdoctor summary { cursor: pointer; padding: .15em 0; } .envdoctor summary b { margin-right: .4em; }
.envdoctor table { border-collapse: collapse; border: 0; margin: .3em 0; }
.envdoctor tr, .envdoctor tbody tr:nth-child(odd), .envdoctor tbody tr:hover { background: none !important; }
.envdoctor td, .envdoctor th { padding: .1em .8em .1em 0; text-align: left !important; vertical-align: top; border: 0;
  font-weight: normal; white-space: normal; }
.envdoctor th { opacity: .8; overflow-wrap: normal; }
.envdoctor blockquote { margin: .5em 0; padding-left: .8em; border-left: 2px solid var(--line); }
.envdoctor .small { opacity: .8; font-size: .9em; }
.envdoctor svg { display: block; width: 100%; max-width: 36rem; height: auto; margin: .5em 0; font-size: 13px; }
.envdoctor svg text { fill: currentColor; } .envdoctor svg .bar { fill: var(--blue); } .envdoctor svg .over { fill: var(--red); }
.envdoctor svg .edge { stroke: currentColor; stroke-dasharray: 4 3; } .envdoctor svg .box { fill: none; stroke: currentColor; }
.envdoctor button, .envdoctor input { font: inherit; font-size: .85em; padding: .1em .6em; }
@media (max-width: 480px) { .envdoctor { padding: .5rem; } .envdoctor th { display: block; padding-bottom: 0; }
  .envdoctor td { display: block; } }
@media print { .envdoctor { max-width: none; } .envdoctor button, .envdoctor input { display: none; }
  .envdoctor pre { white-space: pre-wrap; } }
"""

SCRIPT = """
for (const box of document.querySelectorAll(".envdoctor")) {
  for (const pre of box.querySelectorAll("pre")) {
    const button = document.createElement("button");
    button.type = "button"; button.textContent = "Copy";
    button.addEventListener("click", async () => {
      try { await navigator.clipboard.writeText(pre.textContent); }
      catch { getSelection().selectAllChildren(pre); document.execCommand("copy"); }
      button.textContent = "Copied"; setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
    pre.after(button);
  }
  const findings = box.querySelectorAll("details.finding"), place = box.querySelector(".filter");
  if (place && findings.length > 3) {
    const field = document.createElement("input");
    field.type = "search"; field.placeholder = "Filter findings"; field.setAttribute("aria-label", "Filter findings");
    field.addEventListener("input", () => {
      const word = field.value.toLowerCase();
      for (const one of findings) one.hidden = !one.textContent.toLowerCase().includes(word);
    });
    place.append(field);
  }
}
addEventListener("beforeprint", () => { for (const one of document.querySelectorAll("details")) one.open = true; });
"""
WORDS = {Severity.ERROR: "Error", Severity.WARNING: "Warning", Severity.INFO: "Note"}
ROW, LEFT, WIDE = 22, 190, 560  # pixels of the drawings
MOST_POOLS = 12


def render(view: View) -> str:
    """A whole document."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<title>envdoctor</title>\n'
        f"<style>{CSS}</style>\n</head>\n<body>\n<main>\n{_body(view)}\n</main>\n"
        f"<script>{SCRIPT}</script>\n</body>\n</html>\n"
    )


def notebook(report: Report) -> str:
    """The part that Jupyter shows, with its own style."""
    return f"<style>{CSS}</style>\n{_body(View([report], Style(), escapes.html))}"


def _body(view: View) -> str:
    return "\n".join(
        "\n".join(['<div class="envdoctor">', *_report(patient, view.style.plan), "</div>"])
        for patient in view.patients
    )


def _report(patient: PatientView, plan: bool) -> Iterator[str]:
    yield f'<div class="verdict {patient.verdict.state}"><h1>{patient.verdict.words}</h1>'
    if patient.verdict.command:
        yield f"<pre>{patient.verdict.command}</pre>"
    counts = patient.counts
    parts = [plural(counts[word], word) for word in ("error", "warning")]
    parts += [plural(counts["info"], "note"), f"{counts['passed']} passed"]
    parts += [f"{counts['not-applicable']} do not apply", f"{counts['unknown']} unknown"]
    yield f'<p class="small">{" · ".join(parts)}</p></div>'
    yield f'<p class="small">{patient.title} · read {patient.recorded}</p>'
    yield _table(patient.header + patient.measured)
    yield '<div class="filter"></div>'
    told = Told()
    for group in grouped(patient.open):
        yield from _group(group, told)
    if plan and patient.plan:
        yield "<h2>Plan</h2><p>Nothing has been changed. In this order, no fix undoes another.</p><ol>"
        for entry in patient.plan:
            conflicts = "".join(f"<p>Conflict: {words}</p>" for words in entry.conflicts)
            yield f"<li>{entry.severity} {', '.join(entry.codes)}: {''.join(_fix(entry.fix))}{conflicts}</li>"
        yield "</ol>"
    yield from _further(patient)


def _further(patient: PatientView) -> Iterator[str]:
    """What is not wrong: how the environment is made, and how the checks ended."""
    if patient.unknown:
        rows = [(_names(outcomes), reason) for reason, outcomes in by_reason(patient.unknown).items()]
        yield _folded(f"{plural(len(patient.unknown), 'check')} could not be done", _table(rows), opened=True)
    if patient.stack:
        yield _folded("Packages", _table(patient.stack))
    if patient.pools and patient.usable:
        yield _folded("Threads and CPUs", _pools(patient.pools, patient.usable))
    if len(patient.chain) > 1:
        yield _folded("Who made this environment", _chain(patient.chain))
    if patient.suppressed:
        ignored = [(item.code, f"{item.title} ({item.suppressed})") for item in patient.suppressed]
        yield _folded(f"{len(patient.suppressed)} ignored", _table(ignored))
    for status, words in ((Status.PASSED, "passed"), (Status.NOT_APPLICABLE, "do not apply")):
        ended = [outcome for outcome in patient.outcomes if outcome.status is status]
        if ended:
            rows = [(_names([outcome]), outcome.reason) for outcome in ended]
            yield _folded(f"{len(ended)} {words}", _table(rows))


def _names(outcomes: Sequence[OutcomeView]) -> str:
    return ", ".join(" ".join((*outcome.codes, outcome.name)) for outcome in outcomes)


def _folded(summary: str, body: str, opened: bool = False) -> str:
    return f"<details{' open' if opened else ''}><summary>{summary}</summary>{body}</details>"


def _group(group: Group, told: Told) -> Iterator[str]:
    """One finding, or several that one cure settles."""
    first = group.first
    opened = "" if first.severity is Severity.INFO else " open"
    yield f'<details class="finding {first.severity.value}"{opened}><summary>'
    head, *others = group.findings
    yield f"<b>{WORDS[head.severity]} {head.code}</b>{head.title}</summary>"
    yield from (f"<p><b>{WORDS[item.severity]} {item.code}</b> {item.title}</p>" for item in others)
    if len(group.findings) <= MOST_EVIDENCE:
        for item in group.findings:
            if item.evidence:
                yield _table([(seen.label, seen.value) for seen in item.evidence])
    yield from (f"<p>{why}</p>" for why in told.whys(group))
    if first.nothing_to_do:
        yield f"<p>Nothing to do: {first.nothing_to_do}</p>"
    if told.settles(first):
        yield f"<p>The fix for {first.settled_by} above settles this, too.</p>"
    else:
        for fix in group.cures:
            yield from _fix(fix)
    told_before = told.guide(group)
    new, old = told_before
    for statement in new:
        since = f"<br>{statement.since}" if statement.since else ""
        origin = f"<span class='small'>(guide, {statement.id})</span>"
        yield f"<blockquote>{statement.says} {origin}{since}</blockquote>"
    if old:
        yield f"<p>Guide: {', '.join(old)}, as above</p>"
    yield f"<p class='small'>More: <code>envdoctor explain {first.code}</code></p>"
    told.add(group)
    yield "</details>"


def _fix(fix: FixView) -> Iterator[str]:
    yield f"<p>{fix.title} <span class='small'>({fix.note})</span></p>"
    for edit in fix.edits:
        yield f"<p>In <code>{edit.file}</code>: {edit.change}</p>"
    if fix.commands:
        yield "<pre>{}</pre>".format("\n".join(fix.commands))
    if fix.undo:
        yield f"<p class='small'>Undo: <code>{fix.undo}</code></p>"


def _table(pairs: Sequence[tuple[str, str]]) -> str:
    body = "".join(f'<tr><th scope="row">{label}</th><td>{value}</td></tr>' for label, value in pairs)
    return f"<table><tbody>{body}</tbody></table>"


def _pools(pools: Sequence[tuple[str, int]], usable: int) -> str:
    """Every pool as a bar; a line where the usable CPUs end."""
    shown = pools[:MOST_POOLS]
    scale = (WIDE - LEFT - 60) / max(usable, *(threads for _, threads in shown))
    edge = LEFT + usable * scale
    height = ROW * (len(shown) + 1)
    title = "; ".join(f"{name}: {plural(threads, 'thread')}" for name, threads in shown)
    drawn = [
        f'<svg viewBox="0 0 {WIDE} {height}" role="img"><title>{plural(usable, "usable CPU")}; {title}</title>',
        f'<line class="edge" x1="{edge:.0f}" y1="{ROW}" x2="{edge:.0f}" y2="{height}"></line>',
        f'<text x="{edge:.0f}" y="15" text-anchor="middle">{plural(usable, "usable CPU")}</text>',
    ]
    for number, (name, threads) in enumerate(shown, 1):
        top = number * ROW
        kind = "over" if threads > usable else "bar"
        drawn.append(f'<text x="0" y="{top + 15}">{name}</text>')
        drawn.append(
            f'<rect class="{kind}" x="{LEFT}" y="{top + 4}" width="{max(threads * scale, 2):.0f}" height="14"></rect>'
        )
        drawn.append(f'<text x="{LEFT + threads * scale + 6:.0f}" y="{top + 15}">{threads}</text>')
    left = f"<p class='small'>and {len(pools) - MOST_POOLS} more</p>" if len(pools) > MOST_POOLS else ""
    return "".join(drawn) + f"</svg>{left}"


def _chain(chain: Sequence[str]) -> str:
    """The environment in the first box, what it was made from in the next."""
    height = 2 * ROW * len(chain)
    drawn = [f'<svg viewBox="0 0 {WIDE} {height}" role="img"><title>{" on ".join(chain)}</title>']
    for number, name in enumerate(chain):
        top = 2 * ROW * number
        drawn.append(f'<rect class="box" x="1" y="{top + 1}" width="{WIDE - 2}" height="{ROW + 6}" rx="5"></rect>')
        drawn.append(f'<text x="12" y="{top + 20}">{name}</text>')
        if number + 1 < len(chain):
            drawn.append(f'<text x="20" y="{top + 41}">made from ↓</text>')
    return "".join(drawn) + "</svg>"
