"""What the tests of conda share."""

from typing import Any

from envdoctor.facts import CondaBase, CondaOverlap, CondaSetting
from envdoctor.testing import conda

FILE = "/home/ada/.condarc"


def configured(*channels: str, priority: str = "strict", **changes: Any) -> Any:
    settings = {
        "channels": CondaSetting(value=list(channels), sources=[FILE]),
        "channel_priority": CondaSetting(value=priority, sources=[FILE]),
        **changes.pop("settings", {}),
    }
    values = {"channels": list(channels), "channel_priority": priority, "config_files": [FILE], "settings": settings}
    return conda(**(values | changes))


SYSTEM = "/etc/conda/.condarc"


def of_two(upper: list[str], lower: list[str], above: str = FILE) -> Any:
    """Channels from two sources, ``above`` (a file or a variable) and the system's file."""
    several = CondaSetting(value=[*upper, *lower], sources=[above, SYSTEM], given={above: upper, SYSTEM: lower})
    return configured(*upper, *lower, settings={"channels": several}, config_files=[SYSTEM, FILE])


def overlap(package: str, shape: str = "replaced") -> CondaOverlap:
    return CondaOverlap(
        package=package, distribution=package, shape=shape, conda_version="1.0", pip_version="2.0", evidence="seen"
    )


def base(*requested: str, **changes: Any) -> Any:
    values: dict[str, Any] = {
        "added": sorted([*requested, *(["along"] if requested else [])]),
        "added_bytes": 5_000_000,
        "requested": list(requested),
        "initial_known": True,
    }
    return CondaBase(**(values | changes))
