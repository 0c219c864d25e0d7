"""Who the patient is: what it says of itself, else what its prefix tells, and how it came to be."""

import os

from envdoctor.facts import Installation, Interpreter, Link, Missing, Patient, System, Variables
from envdoctor.facts.prefix import Prefix
from envdoctor.origin import Identified, identify
from envdoctor.probe.choose import Choice
from envdoctor.probe.section import section


def origin(
    places: Installation | Missing,
    variables: Variables | Missing,
    interpreter: Interpreter | Missing,
    system: System | Missing,
) -> Identified:
    """The chain of the patient; of one link, unknown, with the reason, where its places can't be read."""
    if not isinstance(places, Missing):
        made = section("origin", identify, places, variables, interpreter, system)
        if not isinstance(made, Missing):
            return made
        places = made
    return Identified([Link(kind="unknown", evidence=[places.reason])], [])


def described(choice: Choice, prefix: Prefix, interpreter: Interpreter | Missing, made: Identified) -> Patient:
    """The patient, as chosen, read and heard; ``made`` tells its origin."""
    configuration = prefix.configuration if isinstance(prefix.configuration, dict) else {}
    if isinstance(interpreter, Interpreter):
        return Patient(
            executable=choice.executable,
            prefix=prefix.path,
            base_prefix=interpreter.base_prefix,
            version=interpreter.version,
            implementation=interpreter.implementation,
            chosen=choice.chosen,
            origin=made.chain,
            overlays=made.overlays,
        )
    recorded = configuration.get("version_info") or configuration.get("version")
    return Patient(
        executable=choice.executable,
        prefix=prefix.path,
        base_prefix=os.path.dirname(prefix.home) if prefix.home else interpreter,
        version=".".join(recorded.split(".")[:3]) if recorded else interpreter,
        implementation=configuration.get("implementation", "").lower() or interpreter,
        chosen=choice.chosen,
        origin=made.chain,
        overlays=made.overlays,
    )
