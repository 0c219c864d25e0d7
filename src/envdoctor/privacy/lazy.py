"""Regular expressions that cost nothing until they are needed."""

import re
from typing import AnyStr, cast


class _Lazy:
    """Stands for a compiled pattern; the pattern's own methods take the place of these lookups at the first use."""

    def __init__(self, source: str | bytes, flags: int) -> None:
        self._source = source
        self._flags = flags

    def __getattr__(self, name: str) -> object:
        compiled = re.compile(self._source, self._flags)
        for method in ("search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer", "pattern"):
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def pattern(source: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """As ``re.compile``, which may take a millisecond of every check-up, at the first use; errors come then, too."""
    return cast("re.Pattern[AnyStr]", _Lazy(source, flags))
