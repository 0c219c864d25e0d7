"""Small files that say which Python, or that list what one script or one image needs."""

import re
from collections.abc import Iterator

from envdoctor.facts.project import AskedPython, Requirement
from envdoctor.probe.project.requirements_txt import Read
from envdoctor.probe.project.specs import Broken, Manifest, of_conda, of_pip, wanted_python
from envdoctor.probe.project.toml import Lines, load, strings, table_of


def pythons(name: str, text: str, file: str) -> list[AskedPython]:
    """The Python of a ``.python-version``, runtime.txt, ``.tool-versions`` or mise.toml; the first that it names.

    Sources: https://github.com/pyenv/pyenv#understanding-python-version-selection,
    https://repo2docker.readthedocs.io/en/latest/config_files.html, https://asdf-vm.com/manage/configuration.html,
    https://mise.jdx.dev/lang/python.html
    """
    if name.endswith("mise.toml"):
        return _of_mise(text, file)
    for number, raw in enumerate(text.splitlines(), 1):
        words = raw.partition("#")[0].split()
        if name == ".tool-versions":
            words = words[1:] if words[:1] == ["python"] else []
        if name == "runtime.txt" and words and not words[0].startswith("python-"):
            words = []  # of R, or of another language
        if words:
            return [_asked(words[0], file, number)]
    return []


def _of_mise(text: str, file: str) -> list[AskedPython]:
    lines = Lines(text)
    value = table_of(load(text), "tools").get("python")
    value = value[0] if isinstance(value, list) and value else value
    value = value.get("version") if isinstance(value, dict) else value
    return [_asked(value, file, lines.of("python =", "python="))] if isinstance(value, str) else []


def _asked(text: str, file: str, line: int) -> AskedPython:
    return AskedPython(text=text, file=file, line=line, specifier=wanted_python(text), chosen=True)


def script(text: str, file: str) -> Manifest | None:
    """What the block at the top of a script asks for (PEP 723); ``None`` where there is none.

    Source: https://packaging.python.org/en/latest/specifications/inline-script-metadata/
    """
    begin = text.find("# /// script\n")
    if begin < 0 or (begin and text[begin - 1] != "\n"):
        return None
    first = text.count("\n", 0, begin) + 1
    rows = []
    for line in text[begin:].splitlines()[1:]:
        if line == "# ///":
            break
        if not line.startswith("#"):
            return None
        rows.append(line[2:])
    else:
        return None
    content = "\n".join(rows)
    try:
        document = load(content)
        items = document.get("dependencies")
        found = list(strings(items if isinstance(items, list) else None, file, Lines(content), "script"))
    except Broken as error:
        raise Broken(first + error.line, error.what) from None
    moved = [_moved(item, first) for item in found]
    return Manifest(lists={"script": moved})


def _moved(item: Requirement, by: int) -> Requirement:
    import msgspec

    return msgspec.structs.replace(item, line=item.line + by if item.line else 0)


_INSTALLS = {"pip": ("install",), "pip3": ("install",), "uv": ("add", "pip"), "poetry": ("add",), "pdm": ("add",)}
_CONDA = ("conda", "mamba", "micromamba")
_VALUES = {  # options that take a word along
    *("-r", "--requirement", "-c", "--constraint", "-i", "--index-url", "--extra-index-url", "-f", "--find-links"),
    *("-n", "--name", "-p", "--prefix", "--channel", "--python", "--target", "-t", "--file", "--trusted-host"),
}


def image(text: str, file: str, read: Read) -> list[Requirement]:
    """What a Dockerfile's RUN lines, or devcontainer.json's commands, install by name; nothing of it is run.

    What a shell would fill in is left out: a list for an image is never held against an environment, it only tells
    that a name is known (https://docs.docker.com/reference/dockerfile/#run).
    """
    found: list[Requirement] = []
    pending, begin = "", 0
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if line.startswith("#"):
            continue
        begin = begin or number
        if line.endswith("\\"):
            pending += line[:-1] + " "
            continue
        whole, pending, start, begin = pending + line, "", begin, 0
        if whole[:4].upper() == "RUN " or file.endswith(".json"):
            for command in re.split(r"&&|\|\||;|\"", whole):
                found += _installed(command, file, start)
    return found


def _installed(command: str, file: str, line: int) -> Iterator[Requirement]:
    words = command.split()
    words = words[1:] if words[:1] in (["RUN"], ["run"]) else words
    program = next((at for at, word in enumerate(words) if word in _INSTALLS or word in _CONDA), None)
    if program is None or not any(word in ("install", "add", "create") for word in words[program + 1 :]):
        return
    conda = words[program] in _CONDA
    verb = next(at for at, word in enumerate(words) if at > program and word in ("install", "add", "create"))
    skip = False
    for word in words[verb + 1 :]:
        if skip or word.startswith("-"):
            skip = not skip and (word in _VALUES or (conda and word == "-c"))
            continue
        word = word.strip("'\"")
        if not word[:1].isalnum() or any(sign in word for sign in "${}/\\") or word.endswith((".txt", ".whl")):
            continue
        try:
            yield of_conda(word, file, line) if conda else of_pip(word, file, line)
        except Broken:
            continue
