"""A glance at the command line: the patient is sent for before the rest of envdoctor is loaded."""

import time

from envdoctor.probe.choose import DEFAULT_TIMEOUT, Choice, PatientError, Surroundings, default, named

TAKES_PATIENT = ("check", "why", "guide", "info", "measure", "snapshot")


class HeadStart:
    """The patient that the glance found, already under way. ``around`` is where it was looked for, ``began`` when."""

    def __init__(self, argv: list[str], around: Surroundings) -> None:
        from envdoctor.probe.interrogation import Interrogation

        self.began = time.perf_counter()
        self.around = around
        self.choice: Choice | None = None
        self.shell: str | None = None  # what --shell names
        self.interrogation: Interrogation | None = None
        if (wanted := _glance(argv)) is None:
            return
        try:
            self.choice = named(wanted, around) if wanted else default(around)
        except PatientError:
            return  # said properly later
        self.interrogation = Interrogation(self.choice.executable, DEFAULT_TIMEOUT, around.environ)

    def take(self, choice: Choice, timeout: float) -> object | None:
        """The interrogation under way with ``choice``, once; ``None`` if it is with somebody else."""
        interrogation, self.interrogation = self.interrogation, None
        if interrogation is None or self.choice is None:
            return None
        if (self.choice.executable, self.choice.prefix) == (choice.executable, choice.prefix):
            interrogation.limit(timeout)
            return interrogation
        interrogation.close()
        return None


def _glance(argv: list[str]) -> str | None:
    """The value of a single ``--python``, or of ``check``'s path, empty for the default patient, ``None`` where a glance is not enough."""
    if not argv or argv[0] not in TAKES_PATIENT:
        return None
    wanted, before = "", argv[0]
    rest = iter(argv[1:])
    for word in rest:
        if argv[0] == "check" and not (word.startswith("-") or before.startswith("-")):  # a path names a patient, too
            if wanted:
                return None
            wanted = word
        before = "" if word.startswith("--") and "=" in word else word
        if word in ("--help", "--facts", "--project") or word.startswith(("--facts=", "--project=")):
            return None
        if "{" in word:  # a name to be filled in: of several processes one may read, and the others nothing
            return None
        if word == "--python" or word.startswith("--python="):
            if wanted:
                return None
            wanted = word[9:] if "=" in word else next(rest, "")
            before = ""
    return wanted
