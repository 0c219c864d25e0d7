"""How the patient came to be: a chain of prefixes, the environment first, each link with its evidence."""

from envdoctor.facts.base import Missing
from envdoctor.facts.interpreter import Interpreter
from envdoctor.facts.patient import Link
from envdoctor.facts.prefix import Prefix


def identify(prefix: Prefix, interpreter: Interpreter | Missing) -> list[Link]:
    """The chain for a patient: pure, from what lies in its prefix and what it says of itself."""
    chain = [_environment(prefix)]
    if isinstance(prefix.configuration, dict):
        base = interpreter.base_prefix if isinstance(interpreter, Interpreter) else None
        chain.append(
            Link(kind="unknown", prefix=base, evidence=[f"pyvenv.cfg: home = {prefix.home}"] if prefix.home else [])
        )
    return chain


def _environment(prefix: Prefix) -> Link:
    if "conda-meta/pixi" in prefix.receipts or "conda-meta/pixi_env_prefix" in prefix.receipts:
        return Link(kind="pixi", prefix=prefix.path, evidence=[f"{prefix.path}/conda-meta/pixi"])
    if prefix.conda_meta:  # before pyvenv.cfg: people put one into conda prefixes
        return Link(kind="conda-env", prefix=prefix.path, evidence=[f"{prefix.path}/conda-meta"])
    configuration = prefix.configuration
    if not isinstance(configuration, dict):
        return Link(kind="unknown", prefix=prefix.path)
    for receipt, kind in (("uv-receipt.toml", "uv-tool"), ("pipx_metadata.json", "pipx")):
        if receipt in prefix.receipts:
            return Link(kind=kind, prefix=prefix.path, evidence=[receipt])
    for key, kind in (("uv", "uv-venv"), ("virtualenv", "virtualenv")):
        if key in configuration:
            detail = f"{key} {configuration[key]}"
            return Link(
                kind=kind, detail=detail, prefix=prefix.path, evidence=[f"pyvenv.cfg: {key} = {configuration[key]}"]
            )
    return Link(kind="venv", prefix=prefix.path, evidence=["pyvenv.cfg"])
