"""Files of the user's: moved, mended, deleted."""

from envdoctor.engine.remedies import DeleteFiles, MakePrivate, MendFile
from envdoctor.fixes.model import Applicability, Fix
from envdoctor.fixes.steps import Edit, run
from envdoctor.fixes.target import Target


def delete(errand: DeleteFiles) -> Fix:
    return Fix(
        title=errand.title,
        steps=(run("rm", "-r", "--", *errand.paths),),
        applicability=Applicability.UNSAFE,
        reason=errand.reason,
    )


def move(target: Target, source: str, to: str, title: str, reason: str) -> Fix:
    """Nothing that is there is written over."""

    def moving(one: str, other: str) -> list[str]:
        return ["Move-Item", "-LiteralPath", one, "-Destination", other] if target.windows else ["mv", "-n", one, other]

    return Fix(
        title=title or f"move {source} out of the way",
        steps=(run(*moving(source, to)),),
        applicability=Applicability.UNSAFE,
        reason=reason or "what uses the file by its name no longer finds it",
        undo=target.shell.run(moving(to, source)),
    )


def make_private(target: Target, errand: MakePrivate) -> Fix:
    return Fix(
        title="let nobody else read the file",
        steps=(run("chmod", "go-rwx", errand.file),),
        applicability=Applicability.SAFE,
        undo=target.shell.run(("chmod", "go+r", errand.file)),
    )


def mend(target: Target, errand: MendFile) -> Fix:
    """The old file stays beside the new one, as ``.broken``."""
    file, old = errand.file, f"{errand.file}.broken"
    back = target.shell.run(("mv", old, file))
    if errand.how == "create" and not target.windows:
        return Fix(
            title="put an empty file in its place: conda asks only whether it is there",
            steps=(run("touch", file),),
            applicability=Applicability.SAFE,
            undo=target.shell.run(("rm", file)),
        )
    if errand.how in ("aside", "replace") and not target.windows:
        more = (run("touch", file),) if errand.how == "replace" else ()
        return Fix(
            title="put it aside"
            + (", and an empty file in its place: conda asks only whether it is there" * bool(more)),
            steps=(run("mv", "-n", file, old), *more),
            applicability=Applicability.SAFE,
            undo="; ".join([*([target.shell.run(("rm", file))] if more else []), back]),
        )
    # Only GNU's sed and iconv write a file in place, without a shell between.
    if not target.linux:
        ways = {
            "create": "make an empty file",
            "aside": "put it aside",
            "replace": "put it aside, and an empty file in its place",
            "utf-8": "save it as UTF-8, without the bytes that are not",
            "utf-16": "save it as UTF-8",
            "mark": "save it as UTF-8 without a byte order mark",
            "line": f"mend or delete line {errand.line}",
        }
        words = ways[errand.how]
        return Fix(title=words, steps=(Edit(file, words),), applicability=Applicability.MANUAL)
    if errand.how == "line":
        return Fix(
            title=f"take line {errand.line} out; the old file stays beside it",
            steps=(run("cp", file, old), run("sed", "-i", "-e", f"{errand.line}d", file)),
            applicability=Applicability.SAFE,
            undo=back,
        )
    if errand.how == "mark":
        return Fix(
            title="take the byte order mark out; the old file stays beside it",
            steps=(run("cp", file, old), run("sed", "-i", "-e", r"1s/^\xEF\xBB\xBF//", file)),
            applicability=Applicability.SAFE,
            undo=back,
        )
    source = ("-f", "UTF-16") if errand.how == "utf-16" else ("-c", "-f", "UTF-8")
    title = "write it as UTF-8" if errand.how == "utf-16" else "leave out what is not UTF-8"
    return Fix(
        title=f"{title}; the old file stays beside it",
        steps=(run("mv", file, old), run("iconv", *source, "-t", "UTF-8", "-o", file, old)),
        applicability=Applicability.SAFE,
        undo=back,
    )
