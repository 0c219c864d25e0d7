"""BLAS libraries in words, and the loader's complaint about an old libstdc++."""

from envdoctor.api import Library, megabytes, pattern

# "…/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by …/ext.so)": glibc, elf/dl-version.c
TOO_OLD = pattern(r"^(\S*libstdc\+\+\S*): version [`'](\S+)' not found \(required by ([^)]+)\)")


def users(library: Library) -> str:
    return ", ".join(library.used_by) or "used by none of the packages examined"


def describe(library: Library, digests: list[str | None] | list[str] = []) -> str:  # noqa: B006
    size = f", {megabytes(library.bytes)}" if isinstance(library.bytes, int) else ""
    version = f", {library.version}" if isinstance(library.version, str) else ""
    integers = f", {library.integers}" if isinstance(library.integers, str) else ""
    same = ", of the same content as another" if library.sha256 and digests.count(library.sha256) > 1 else ""
    return f"{library.path}{version}{integers}{size}{same}"
