"""What the guide of 2020 said and what changed: ``docs/guide-then-and-now.md`` is made by it (cog)."""

from envdoctor.guide import statements

STANDING = {
    "holds": "It holds.",
    "stronger": "It holds, and there is more to it.",
    "nuance": "It holds in part.",
    "outdated": "It is out of date.",
    "wrong": "It is wrong today.",
    "unproven": "Nobody has shown it.",
}


def then_and_now() -> list[str]:
    """The guide's statements in its order, each with what has changed and where that was seen: lines of Markdown."""
    lines: list[str] = []
    section = ""
    for statement in statements().values():
        if statement.section != section:
            section = statement.section
            lines += [f"## {section}", ""]
        sources = "; ".join(f"[{item.title}]({item.url}) ({item.seen})" for item in statement.sources)
        said = f"{STANDING[statement.status]} {statement.since}".strip()
        lines += [f"**{statement.says}**", "", said, "", f"<small>{sources}</small>", ""]
    return lines
