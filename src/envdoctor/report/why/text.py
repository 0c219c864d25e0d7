"""Any text made short and plain: what is read of it is bounded, whatever wrote it."""

import codecs
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator

HEAD = 1 << 16  # bytes at the beginning that are read
TAIL = 1_000_000  # bytes at the end
BLOCK = 1 << 14  # bytes of each block in between that a mark begins
MOST_BLOCKS = 64  # the last ones are kept
LONGEST_LINE = 4_000  # characters
FIRST_LINES, LAST_LINES, BLOCK_LINES = 2_000, 20_000, 200  # that are looked at; the last of a traceback in between
MARKS = (b"Traceback", b'"traceback"', b'"stderr"')  # the last two are a notebook's
_ESCAPE = re.compile(
    r"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|\][^\x07\x1b]{0,512}(?:\x07|\x1b\\)|[@-Z\\^_])|\x9b[0-?]{0,64}[@-~]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
# What log collectors, launchers and test programs write before a line of the program's own.
_PREFIXES = re.compile(
    r"""(?:
      \[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[ ]?[+-]\d\d:?\d\d)?\]?      # 2026-01-31 12:00:00,123
    | [A-Z][a-z]{2}[ ]{1,2}\d{1,2}[ ]\d\d:\d\d:\d\d[ ][\w.-]{1,64}[ ][\w./-]{1,64}(?:\[\d{1,8}\])?:  # syslog
    | \d\d:\d\d:\d\d(?:[.,]\d{1,9})?
    | \[?rank[ ]?\d{1,6}\]?:?                                                    # torchrun
    | \[\d{1,6}(?:,\d{1,6})?\](?:<std(?:err|out)>)?:                                   # mpirun --tag-output
    | \d{1,6}:(?=[ ]{1,4}(?:File|Traceback|\w{1,64}Error))                          # srun -l
    | \([\w<>.-]{1,64}[ ]pid=\d{1,8}(?:,[ ]ip=[\d.]{7,15})?\)                        # Ray
    | [\w.-]{1,64}[ ]{1,20}\|                                                        # docker compose
    | (?:DEBUG|INFO|WARN(?:ING)?|ERROR|CRITICAL|FATAL)(?:[ ]{1,4}[-:|]|:[\w.]{1,64}:|[ ]{1,8})
    | E[ ]{2,}(?=\S)                                                                # pytest
    | std(?:err|out)[ ][FP]?[ ]?                                                     # Kubernetes
    | >(?=[ ])                                                                       # a mail's quotation
    )[ \t|-]{0,3}""",
    re.VERBOSE,
)
_BOX = re.compile(r"^[│┃|]\s?(.*?)\s*[│┃|]\s*$")
_OUTPUT = re.compile(r'"(traceback|text)"\s{0,8}:\s{0,8}\[?')
_STRING = re.compile(r'\s{0,80},?\s{0,80}("(?:[^"\\]|\\.){0,20000}")')
MOST_OUTPUTS = 200
_WRAPPED = re.compile(r"^\s*(?:/|[A-Za-z]:\\)\S*$")


def shorten(chunks: Iterable[bytes]) -> bytes:
    """The first 64 kB, the last 1 MB, and of what lies between the blocks that begin with a traceback.

    Memory stays below 5 MB, whatever ``chunks`` come to. UTF-16 (a PowerShell's ``>``) becomes UTF-8.
    """
    head = bytearray()
    tail: deque[bytes] = deque()
    tail_size = 0
    blocks: deque[bytes] = deque(maxlen=MOST_BLOCKS)
    open_block: bytearray | None = None
    carry = b""
    for chunk in _decoded(_sized(chunks)):
        if len(head) < HEAD:
            taken = HEAD - len(head)
            head += chunk[:taken]
            chunk = chunk[taken:]
        if not chunk:
            continue
        tail.append(chunk)
        tail_size += len(chunk)
        while tail_size - len(tail[0]) >= TAIL:
            # What leaves the end is searched once, with a few bytes of what came before it.
            gone = tail.popleft()
            tail_size -= len(gone)
            carry, open_block = _collect(carry + gone, len(carry), blocks, open_block)
    if open_block is not None:
        blocks.append(bytes(open_block))
    return bytes(head) + b"".join(b"\n" + block + b"\n" for block in blocks) + b"".join(tail)


def _collect(
    data: bytes, known: int, blocks: "deque[bytes]", open_block: bytearray | None
) -> tuple[bytes, bytearray | None]:
    """Put what follows a mark in ``data`` into ``blocks``; the first ``known`` bytes have been seen before."""
    at = 0
    if open_block is not None:
        open_block += data[known : known + BLOCK - len(open_block)]
        if len(open_block) < BLOCK:
            return b"", open_block
        blocks.append(bytes(open_block))
        at = min(len(data), known + BLOCK)
    places = {mark: data.find(mark, at) for mark in MARKS}
    while (found := min((place for place in places.values() if place >= 0), default=-1)) >= 0:
        block = bytearray(data[found : found + BLOCK])
        if len(block) < BLOCK:
            return b"", block
        blocks.append(bytes(block))
        at = found + BLOCK
        places = {mark: data.find(mark, at) if 0 <= place < at else place for mark, place in places.items()}
    return data[max(at, len(data) - 16) :], None


def _sized(chunks: Iterable[bytes], most: int = 1 << 18) -> Iterator[bytes]:
    for chunk in chunks:
        for at in range(0, len(chunk), most):
            yield chunk[at : at + most]


def _decoded(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same as UTF-8 where the beginning says, or shows by its NULs, that it is UTF-16."""
    decoder: codecs.IncrementalDecoder | None = None
    for number, chunk in enumerate(chunks):
        if number == 0 and (name := _wide(chunk)):
            decoder = codecs.getincrementaldecoder(name)("replace")
        yield decoder.decode(chunk).encode("utf-8", "replace") if decoder is not None else chunk


def _wide(start: bytes) -> str:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    sample = start[:200]
    if len(sample) >= 8 and sample[1::2].count(0) == len(sample) // 2 and 0 not in sample[::2]:
        return "utf-16-le"
    return ""


def plain(data: bytes | str) -> str:
    """The text without colours, control characters and what loggers put before a line; a notebook's outputs as text."""
    text = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
    text = text.removeprefix("\ufeff")
    if '"traceback"' in text or '"output_type"' in text:
        text = "\n".join(_outputs(text)) or text
    text = _CONTROL.sub("", _ESCAPE.sub("", text).replace("\r\n", "\n").replace("\r", "\n"))
    if "\\n" in text:
        text = "\n".join(_unescaped(line) for line in text.split("\n"))
    # What is no text in any encoding is no one's words.
    lines = [line for line in text.split("\n") if line.strip() and line.count("\ufffd") * 4 < len(line)]
    return "\n".join(_joined([_bare(part) for line in _chosen(lines) for part in _ends(line)]))


def _ends(line: str) -> tuple[str, ...]:
    """A line, or the beginning and the end of one that is very long: an error stands at one of the two."""
    if len(line) <= LONGEST_LINE:
        return (line,)
    return line[: LONGEST_LINE // 2], line[-(LONGEST_LINE // 2) :]


def _chosen(lines: list[str]) -> list[str]:
    """The first lines, the last ones, and in between those that follow the beginning of a traceback."""
    middle = lines[FIRST_LINES:-LAST_LINES]
    begin = [number for number, line in enumerate(middle) if "Traceback" in line][-MOST_BLOCKS:]
    kept = sorted({at for start in begin for at in range(start, min(start + BLOCK_LINES, len(middle)))})
    return [*lines[:FIRST_LINES], *(middle[at] for at in kept), *lines[max(FIRST_LINES, len(lines) - LAST_LINES) :]]


def _unescaped(line: str) -> str:
    """A traceback that a log holds as one string of JSON, or a repr, laid out again."""
    if line.count("\\n") < 2 or "Traceback" not in line[:LONGEST_LINE]:
        return line
    return line.replace("\\n", "\n").replace('\\"', '"').replace("\\'", "'")


def _bare(line: str) -> str:
    if (boxed := _BOX.match(line)) is not None and line.lstrip()[:1] in "│┃":
        return boxed[1]
    for _ in range(4):
        found = _PREFIXES.match(line)
        if found is None or not found.end():
            break
        line = line[found.end() :]
    return line


def _joined(lines: list[str]) -> Iterator[str]:
    """The lines; a path that Rich's box has broken in two is one again."""
    held = ""
    for line in lines:
        if held and re.match(r"\S*:\d+ in ", line.strip()):
            yield held + line.strip()
            held = ""
            continue
        if held:
            yield held
            held = ""
        if _WRAPPED.match(line) and not line.startswith(" ") and len(line) > 40:
            held = line
        else:
            yield line
    if held:
        yield held


def _outputs(text: str) -> Iterator[str]:
    """What the cells of a notebook wrote as errors and text, wherever the whole was cut; nbformat 4."""
    for found in list(_OUTPUT.finditer(text))[-MOST_OUTPUTS:]:
        at = found.end()
        lines: list[str] = []
        while len(lines) < 2_000 and (string := _STRING.match(text, at)) is not None:
            at = string.end()
            try:
                lines.append(str(json.loads(string[1], strict=False)))
            except ValueError:
                continue
        yield ("\n" if found[1] == "traceback" else "").join(lines)
