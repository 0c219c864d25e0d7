"""What is wrong with an environment's own folder."""

from collections.abc import Iterator

from envdoctor.api import Evidence, Missing, Patient, Prefix, paths


def faults(prefix: Prefix, patient: Patient) -> Iterator[tuple[str, tuple[Evidence, ...]]]:
    """What is wrong with the environment's own folder: the title, and what was seen."""
    configuration = prefix.configuration if isinstance(prefix.configuration, dict) else {}
    if prefix.lost:
        evidence = [
            Evidence("gone", paths.join(prefix.lost, "pyvenv.cfg")),
            Evidence("its Python says", f"prefix {prefix.path}"),
        ]
        yield "the environment has lost its pyvenv.cfg, and Python runs without its packages", tuple(evidence)
        return
    if isinstance(prefix.configuration, Missing) or prefix.configuration == {}:
        reason = prefix.configuration.reason if isinstance(prefix.configuration, Missing) else "no setting in it"
        what = "can't be read" if isinstance(prefix.configuration, Missing) else "says nothing"
        yield f"the environment's pyvenv.cfg {what}", (Evidence(paths.join(prefix.path, "pyvenv.cfg"), reason),)
        return
    if not prefix.exists:
        yield "the environment's folder is gone", (Evidence("prefix", prefix.path),)
        return
    if prefix.home and not prefix.home_exists:
        evidence = [Evidence("pyvenv.cfg", f"home = {prefix.home} (gone)")]
        if prefix.link and not prefix.executable_exists:
            evidence.append(Evidence("executable", f"{prefix.executable} -> {prefix.link} (dangling)"))
        yield "the Python this environment was made from is gone", tuple(evidence)
    elif not prefix.executable_exists:
        seen = f"{prefix.executable} -> {prefix.link} (dangling)" if prefix.link else f"{prefix.executable} (missing)"
        yield "the environment's Python is gone", (Evidence("executable", seen),)
    recorded = configuration.get("version_info") or configuration.get("version")
    version = patient.version if isinstance(patient.version, str) else ""
    if recorded and version and recorded.split(".")[:2] != version.split(".")[:2]:
        yield (
            "the Python under this environment has become another version",
            (Evidence("made with", recorded), Evidence("runs", version)),
        )
