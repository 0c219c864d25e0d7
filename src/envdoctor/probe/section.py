"""One section of the facts must not cost the others."""

import sys
from collections.abc import Callable
from functools import partial
from typing import Any, ParamSpec, TypeVar

from msgspec import Struct, structs

from envdoctor.facts.base import Missing
from envdoctor.probe import budget

WINDOWS = sys.platform == "win32"
P = ParamSpec("P")
T = TypeVar("T")


def section(name: str, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | Missing:
    """What ``call`` tells, `Missing` when it fails in a way nobody foresaw: that must not cost the other sections."""
    limits = budget.current
    try:
        value = call(*args, **kwargs) if limits is None else limits.run(name, partial(call, *args, **kwargs))
        return native(value) if WINDOWS else value
    except budget.TooLong as error:
        return Missing(f"{name}: {error.strerror}")
    except RecursionError:
        return Missing(f"{name} could not be read: nested too deeply")
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        return Missing(
            f"{name} could not be read: what was read is not of the form that was expected ({type(error).__name__})"
        )
    except Exception as error:
        return Missing(f"{name} could not be read: {type(error).__name__}: {error}")


def native(value: Any) -> Any:
    """The same with each path of a drive written as Windows writes it: what is joined by ``/`` here is no file's name."""
    if isinstance(value, str):
        path = value[1:2] == ":" and value[2:3] in ("\\", "/") and "/" in value and "\n" not in value
        return value.replace("/", "\\") if path else value
    if isinstance(value, dict):
        return {native(key): native(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(native, value))
    if isinstance(value, Struct):
        changed = {name: native(getattr(value, name)) for name in value.__struct_fields__}
        return structs.replace(value, **changed)
    return value


def rid(value: Any, words: dict[str, str]) -> Any:
    """The same with each of ``words`` replaced in all strings."""
    if isinstance(value, str):
        for word, instead in words.items():
            value = value.replace(word, instead) if word in value else value
        return value
    if isinstance(value, dict):
        return {rid(key, words): rid(item, words) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(rid(item, words) for item in value)
    if isinstance(value, Struct):
        return structs.replace(value, **{name: rid(getattr(value, name), words) for name in value.__struct_fields__})
    return value


def either(value: T | Missing, instead: T) -> T:
    """``value``, or ``instead`` where it is missing."""
    return instead if isinstance(value, Missing) else value
