"""Which rules and routes use which statement of the guide: for the documentation, and the test that none is idle."""

from envdoctor.engine.plugins import built_in
from envdoctor.guide import statements
from envdoctor.guide.routes import statements_used


def rules_by_statement() -> dict[str, list[str]]:
    """Statement id → codes of the built-in rules that cite it, in order."""
    citing: dict[str, list[str]] = {}
    for loaded in built_in().checks:
        for rule in loaded.check.rules:
            for statement in rule.guide:
                citing.setdefault(statement, []).append(rule.code)
    return {statement: sorted(codes) for statement, codes in citing.items()}


def rows() -> list[tuple[str, str, str, str, str, str]]:
    """Id, paraphrase, standing, day, rules, routes and sections: the cells of the table, in the guide's order."""
    citing, routes = rules_by_statement(), statements_used()
    return [
        (
            statement.id,
            statement.says.replace("|", "\\|"),
            statement.status,
            max(source.seen for source in statement.sources),
            ", ".join(citing.get(statement.id, ())) or "–",
            ", ".join(routes.get(statement.id, ())) or "–",
        )
        for statement in statements().values()
    ]
