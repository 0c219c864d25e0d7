"""Names of distributions."""


def normalise(name: str) -> str:
    """The key of a distribution's name (https://packaging.python.org/specifications/name-normalization/)."""
    key = name.lower().replace("_", "-").replace(".", "-")
    while "--" in key:
        key = key.replace("--", "-")
    return key
