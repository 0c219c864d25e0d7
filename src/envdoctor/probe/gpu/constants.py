"""Constants out of a Python module that is not run: its source is parsed, and what is computed is left out."""

from typing import Any

_COMPUTED = object()


def constants(source: str) -> dict[str, Any]:
    """The names a module binds to plain constants, lists and pairs of them; what is computed is left out.

    The compiler's parser is asked directly: the ``ast`` module would take longer to import than this takes.
    Raises `SyntaxError` or `ValueError` where the source is no Python.
    """
    tree: Any = compile(source, "<module>", "exec", flags=0x400, dont_inherit=True)  # ast.PyCF_ONLY_AST
    found: dict[str, Any] = {}
    for node in tree.body:
        kind = type(node).__name__
        target = node.targets[0] if kind == "Assign" else node.target if kind == "AnnAssign" else None
        if target is not None and node.value is not None and type(target).__name__ == "Name":
            value = _literal(node.value)
            if value is not _COMPUTED:
                found[target.id] = value
    return found


def _literal(node: Any) -> Any:
    kind = type(node).__name__
    if kind == "Constant":
        return node.value
    if kind in ("List", "Tuple"):
        values = [_literal(item) for item in node.elts]
        return _COMPUTED if _COMPUTED in values else values
    if kind == "Dict":
        keys, values = [_literal(item) for item in node.keys], [_literal(item) for item in node.values]
        return _COMPUTED if _COMPUTED in keys else dict(zip(keys, values, strict=True))
    if kind == "Call" and getattr(node.func, "attr", getattr(node.func, "id", "")) in ("OrderedDict", "dict"):
        return _literal(node.args[0]) if node.args else _COMPUTED
    return _COMPUTED
