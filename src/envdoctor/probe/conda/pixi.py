"""The channels of a pixi environment, as its manifest names them, the first the strongest.

pixi: docs/reference/pixi_manifest.md (where manifests lie; ``channels``; ``channel-priority`` is strict unless it says
disabled), docs/workspace/multi_environment.md (features come before the workspace; one without channels has the
workspace's; higher ``priority`` first; what an environment says itself comes before its features, since 0.74:
https://github.com/prefix-dev/pixi/pull/6497), docs/global_tools/manifest.md (``pixi global``).
"""

from typing import Any

from envdoctor.facts.base import Missing
from envdoctor.facts.conda import CondaSecret, CondaSetting
from envdoctor.privacy.redact import channel as redacted
from envdoctor.probe.conda import exposed
from envdoctor.probe.conda.condarc import Raw
from envdoctor.probe.conda.configuration import NOTHING, Configuration
from envdoctor.probe.world import World

_LARGEST = 1_000_000  # bytes


def read(world: World, prefix: str) -> Configuration:
    """What the manifest beside ``prefix`` says; `NOTHING` where there is none."""
    for path, name in _manifests(world, prefix):
        text = world.text(path, _LARGEST)
        if text is None:
            continue
        document = _parse(text) if isinstance(text, str) else text
        if isinstance(document, Missing):
            return _configuration(path, Missing(f"{path}: {document.reason}"), Missing(f"{path}: {document.reason}"))
        chosen = _global(document, name) if path.endswith("-global.toml") else _workspace(document, name)
        if chosen is None:  # a pyproject.toml that is none of pixi's
            continue
        channels, priority = chosen
        shown = [redacted(channel) for channel in channels]
        settings = {"channels": CondaSetting(value=shown, sources=[path])}
        secrets = exposed.find(world, {path: {"channels": Raw(channels)}})
        return _configuration(path, shown, priority, settings, secrets)
    return NOTHING


def _configuration(
    path: str,
    channels: list[str] | Missing,
    priority: str | Missing,
    settings: dict[str, CondaSetting] | None = None,
    secrets: list[CondaSecret] | None = None,
) -> Configuration:
    return Configuration(
        channels=channels,
        channel_urls={},
        channel_priority=priority,
        files=[path],
        settings=settings or {},
        problems=[],
        secrets=secrets or [],
    )


def _manifests(world: World, prefix: str) -> list[tuple[str, str]]:
    """Where the manifest may be, and the environment's name in it: beside ``.pixi``, else where pixi noted it."""
    prefix = prefix.replace("\\", "/").rstrip("/")
    above, _, name = prefix.rpartition("/")
    if above.endswith("/.pixi/envs"):
        root = above.removesuffix("/.pixi/envs")
        inside = f"{root}/.pixi/manifests/pixi-global.toml"
        return [(f"{root}/pixi.toml", name), (f"{root}/pyproject.toml", name), (inside, name)]
    # Environments may be kept elsewhere (``detached-environments``); pixi writes down what they belong to.
    noted = world.text(f"{prefix}/conda-meta/pixi", 10_000)
    if not isinstance(noted, str):
        return []
    import msgspec

    try:
        note = msgspec.json.decode(noted, type=dict[str, Any])
    except msgspec.DecodeError:
        return []
    path, called = note.get("manifest_path"), note.get("environment_name")
    return [(path, called)] if isinstance(path, str) and isinstance(called, str) else []


def _parse(text: str) -> dict[str, Any] | Missing:
    """The document; what can't be read may be right all the same: pixi reads TOML 1.1, Python's own parser 1.0."""
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Missing(f"not TOML 1.0: {error}")
    except RecursionError:
        return Missing("nested too deeply")


def _workspace(document: dict[str, Any], name: str) -> tuple[list[str], str] | None:
    """The channels of the environment ``name`` and their priority; ``None`` where this is no pixi manifest."""
    if "workspace" not in document and isinstance(document.get("tool"), dict):
        document = _table(document["tool"], "pixi")
    workspace = _table(document, "workspace") or _table(document, "project")
    if not isinstance(workspace.get("channels"), list):
        return None
    environment = _table(document, "environments").get(name, [])
    alone = isinstance(environment, dict) and environment.get("no-default-feature") is True
    names = environment.get("features", []) if isinstance(environment, dict) else environment
    features = [_table(_table(document, "feature"), word) for word in names] if isinstance(names, list) else []
    if isinstance(environment, dict) and "channels" in environment:
        features.insert(0, environment)
    lists = [feature["channels"] if "channels" in feature else workspace["channels"] for feature in features]
    if not alone or not lists:
        lists.append(workspace["channels"])
    says = [table.get("channel-priority") for table in (*features, workspace)]
    priority = next((word for word in says if word in ("strict", "disabled")), "strict")
    return _ordered([item for channels in lists if isinstance(channels, list) for item in channels]), priority


def _global(document: dict[str, Any], name: str) -> tuple[list[str], str] | None:
    channels = _table(_table(document, "envs"), name).get("channels")
    return (_ordered(channels), "strict") if isinstance(channels, list) else None


def _ordered(items: list[Any]) -> list[str]:
    """Each channel once; an item is a name or ``{channel, priority}``, and without a priority it has 0."""
    found: dict[tuple[str, int], None] = {}
    for item in items:
        table = item if isinstance(item, dict) else {"channel": item}
        channel, priority = table.get("channel"), table.get("priority", 0)
        if isinstance(channel, str) and isinstance(priority, int):
            found.setdefault((channel, priority))
    return list(dict.fromkeys(channel for channel, _ in sorted(found, key=lambda pair: -pair[1])))


def _table(document: dict[str, Any], name: object) -> dict[str, Any]:
    value = document.get(name) if isinstance(name, str) else None
    return value if isinstance(value, dict) else {}
