"""An explanation as JSON values (schema 1.0): what other programs are written against."""

from envdoctor.engine.remedies import Manual
from envdoctor.fixes import Toolbox
from envdoctor.report.document import finding, fix_document
from envdoctor.report.report import SCHEMA_VERSION, Report
from envdoctor.report.why.explain import Explanation

Json = dict[str, object]


def document(found: Explanation, report: Report, notes: tuple[str, ...] = ()) -> Json:
    """The explanation, its general cures in the patient's own tool; nothing is redacted yet."""
    toolbox = Toolbox(report.facts, report.settings.prefer)
    patient = report.facts.patient
    return {
        "schema_version": SCHEMA_VERSION,
        "status": found.status.value,
        "symptoms": [
            {
                "name": match.symptom.name,
                "line": match.line,
                "means": match.symptom.means,
                "kind": match.symptom.kind,
                "codes": list(match.symptom.codes),
                "source": match.symptom.source,
            }
            for match in found.matches
        ],
        "means": list(found.story.means),
        "here": list(found.story.here),
        "module": found.clues.module or found.clues.owner,
        "distribution": found.story.distribution,
        "environment": found.environment or patient.prefix or "",
        "examined": patient.prefix or "",
        "findings": [finding(item) for item in found.causes],
        "perhaps": [finding(item) for item in found.perhaps],
        "cures": [
            {"words": remedy.title}
            if isinstance(remedy, Manual)
            else {"words": "", "fix": fix_document(toolbox.fix(remedy, "PKG001"))}
            for remedy in found.remedies
        ],
        "silent": list(found.silent),
        "unknown": list(found.unknown),
        "deeper": list(found.deeper),
        "notes": list(notes),
    }
