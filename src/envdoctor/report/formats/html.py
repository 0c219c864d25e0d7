"""One page of HTML: self-contained, readable without a network, and a part of it for notebooks.

The verdict stands first; findings that harm are open, the rest is folded. The one script adds buttons that copy commands
and a field that filters findings: without it, nothing is missing.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from envdoctor.ecosystem.units import megabytes, plural
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
.envdoctor svg { display: block; width: 100%; max-width: 32rem; height: auto; margin: .3em 0 .8em; font-size: 12px; }
.envdoctor svg text { fill: currentColor; } .envdoctor svg .bar { fill: var(--blue); } .envdoctor svg .over { fill: var(--red); }
.envdoctor svg .edge { stroke: currentColor; stroke-dasharray: 4 3; }
.envdoctor ol.chain { list-style: none; margin: .5em 0; padding: 0; max-width: 36rem; }
.envdoctor ol.chain li { border: 1px solid var(--line); border-radius: 6px; padding: .4em .8em; }
.envdoctor ol.chain li + li { margin-top: 1.5em; position: relative; }
.envdoctor ol.chain li + li::before { content: "↓"; position: absolute; top: -1.5em; }
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
ROW, WIDE, BEHIND = 34, 420, 76  # pixels of a drawing: a row, all of it, and what stands behind the longest bar
MOST_ROWS = 12
LEAST_DISK = 1_000_000  # bytes; less is a row of 0.0 MB


class Row(NamedTuple):
    """A bar: its name, how long it is in comparison, and what it amounts to in words."""

    name: str
    size: float
    value: str


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
    yield _table(patient.header)
    if patient.bars:
        yield from _measured(patient.bars)
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
    if sum(size for _, size in patient.disk) > LEAST_DISK:
        yield _folded("Disk use of what was put into base", _disk(patient.disk))
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


def _bars(title: str, rows: Sequence[Row], edge: tuple[str, float] | None = None) -> str:
    """A bar a row, its name above it, what it amounts to behind it; ``edge`` is a line across the bars, and its name."""
    scale = (WIDE - BEHIND) / (max([row.size for row in rows] + ([edge[1]] if edge else [])) or 1)
    end = edge[1] * scale if edge else 0.0
    top = ROW // 2 if edge else 0
    drawn = [f'<svg viewBox="0 0 {WIDE} {top + ROW * len(rows)}" role="img"><title>{title}</title>']
    if edge:
        side = "start" if end < WIDE / 3 else "end"
        drawn.append(f'<text x="{end:.0f}" y="12" text-anchor="{side}">{edge[0]}</text>')
    for row in rows:
        length = max(row.size * scale, 2)
        kind = "over" if edge and row.size > edge[1] else "bar"
        behind = max(length, end) if length + BEHIND > end else length
        drawn.append(f'<text x="0" y="{top + 13}">{row.name}</text>')
        drawn.append(f'<rect class="{kind}" x="0" y="{top + 18}" width="{length:.0f}" height="10"></rect>')
        drawn.append(f'<text x="{behind + 6:.0f}" y="{top + 27}">{row.value}</text>')
        if edge:
            drawn.append(f'<line class="edge" x1="{end:.0f}" y1="{top + 15}" x2="{end:.0f}" y2="{top + 31}"></line>')
        top += ROW
    return "".join(drawn) + "</svg>"


def _told(title: str, rows: Sequence[Row], edge: tuple[str, float] | None = None) -> str:
    """The same with all of it in words, for who cannot see it, and how many rows have no room."""
    shown = rows[:MOST_ROWS]
    words = "; ".join([title, *(f"{row.name}: {row.value}" for row in shown)])
    left = f"<p class='small'>and {len(rows) - MOST_ROWS} more</p>" if len(rows) > MOST_ROWS else ""
    return _bars(words, shown, edge) + left


def _measured(bars: Sequence[tuple[str, Sequence[tuple[str, float]]]]) -> Iterator[str]:
    """The micro-benchmark: its sentences, and the bars below them."""
    yield "<h2>Measured</h2>"
    for sentence, group in bars:
        yield f"<p>{sentence}</p>"
        if group:
            yield _told(sentence, [Row(label, seconds, f"{seconds * 1e3:.2f} ms") for label, seconds in group])


def _pools(pools: Sequence[tuple[str, int]], usable: int) -> str:
    """Every pool as a bar; a line where the usable CPUs end."""
    usably = plural(usable, "usable CPU")
    return _told(usably, [Row(name, threads, plural(threads, "thread")) for name, threads in pools], (usably, usable))


def _disk(disk: Sequence[tuple[str, int]]) -> str:
    """What was put into base, a bar a package."""
    return _told("what was put into base", [Row(name, size, megabytes(size)) for name, size in disk])


def _chain(chain: Sequence[tuple[str, str, Sequence[str]]]) -> str:
    """The environment in the first box, what it was made from in the next; below each its folder, and how it is known."""
    title = " on ".join(name for name, _, _ in chain)
    drawn = [f'<ol class="chain" aria-label="{title}">']
    for number, (name, place, evidence) in enumerate(chain):
        made = "made from " if number else ""
        drawn.append(f"<li>{made}<b>{name}</b>")
        drawn += [f"<br><code>{place}</code>"] if place else []
        drawn += [f"<br><span class='small'>known by {', '.join(evidence)}</span>"] if evidence else []
        drawn.append("</li>")
    return "".join(drawn) + "</ol>"
