"""What a report for people says, however it is laid out."""


def unwrapped(text: str) -> str:
    """The text in one line. Lines break between words: where, depends on the length of paths, which no test may do."""
    return " ".join(text.split())
