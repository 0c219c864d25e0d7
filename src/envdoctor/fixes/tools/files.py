"""Files of the user's, on POSIX systems."""

from envdoctor.engine.remedies import DeleteFiles, MakePrivate
from envdoctor.fixes.model import Applicability, Fix
from envdoctor.fixes.steps import run
from envdoctor.fixes.target import Target


def delete(errand: DeleteFiles) -> Fix:
    return Fix(
        title=errand.title,
        steps=(run("rm", "-r", "--", *errand.paths),),
        applicability=Applicability.UNSAFE,
        reason=errand.reason,
    )


def make_private(target: Target, errand: MakePrivate) -> Fix:
    return Fix(
        title="let nobody else read the file",
        steps=(run("chmod", "go-rwx", errand.file),),
        applicability=Applicability.SAFE,
        undo=target.shell.run(("chmod", "go+r", errand.file)),
    )
