"""One section of the facts must not cost the others."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from envdoctor.facts.base import Missing

P = ParamSpec("P")
T = TypeVar("T")


def section(name: str, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | Missing:
    """What ``call`` tells, `Missing` when it fails in a way nobody foresaw: that must not cost the other sections."""
    try:
        return call(*args, **kwargs)
    except Exception as error:
        return Missing(f"{name} could not be read: {type(error).__name__}: {error}")


def either(value: T | Missing, instead: T) -> T:
    """``value``, or ``instead`` where it is missing."""
    return instead if isinstance(value, Missing) else value
