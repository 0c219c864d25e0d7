"""The JSON document (schema 1.0): what other programs are written against."""

from envdoctor.facts.document import dump
from envdoctor.report.report import SCHEMA_VERSION
from envdoctor.report.view import View


def render(view: View) -> str:
    """One report as itself, several under ``reports``; ASCII, a single line unless ``style.indent``."""
    documents = [patient.document() for patient in view.patients]
    whole = documents[0] if len(documents) == 1 else {"schema_version": SCHEMA_VERSION, "reports": documents}
    return dump(whole, 2 if view.style.indent else None) + "\n"
