"""The same files read by the laboratory's conda, 24.7.1: 100 layouts in every run, 500 others on demand.

What later versions made other is put on top of that code, so that their answer can be had as well: no channels where
none are configured (25.9, https://github.com/conda/conda/pull/15196), channels that are none left out (25.11,
https://github.com/conda/conda/pull/15323), and the lists of what is allowed and denied (24.11,
https://github.com/conda/conda/pull/14405). conda itself is on no index that is reached from here.
"""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from envdoctor.facts import Missing
from envdoctor.probe.conda.configuration import read
from envdoctor.probe.conda.effective import NEWEST
from envdoctor.probe.world import World
from tests.support.patients import clean_environ
from tests.support.real_conda import Laboratory

pytestmark = pytest.mark.real

CONDA = """
import contextlib, io, json, logging, os, sys, warnings
warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
from conda.base.context import Context, context
from conda.models.channel import Channel

def as_it_is(context):
    return list(context.channels)

def as_the_newest(context):
    Context.__dict__["_channels"].type._default = ()
    context.__init__()
    channels = context.channels
    places = [url for name in context.allowlist_channels for url in Channel(name).base_urls]
    for channel in channels if places else ():
        if not set(Channel(channel).base_urls) <= set(places):
            raise ValueError("not on the allowlist")
    return [channel for channel in channels if Channel(channel).canonical_name != "<unknown>"]

def answer(environ):
    os.environ.clear()
    os.environ.update(environ)
    sys.prefix = environ["CONDA_ROOT"]  # the installation that conda belongs to, as it sees it
    with contextlib.redirect_stderr(io.StringIO()):
        try:
            context.__init__()
        except BaseException:
            return None  # it ends with a traceback: what the file says does not matter
        answers = []
        for question in (as_it_is, as_the_newest, lambda context: str(context.channel_priority)):
            try:
                answers.append(question(context))
            except BaseException:
                answers.append(None)
        return answers

answers = []
for environ in json.load(sys.stdin):  # each in a process of its own: conda keeps much of what it has read
    reading, writing = os.pipe()
    if not os.fork():
        os.write(writing, json.dumps(answer(environ)).encode())
        os._exit(0)
    os.close(writing)
    with open(reading) as pipe:
        answers.append(json.load(pipe))
    os.wait()
print(json.dumps(answers))
"""
WORDS = [
    "a",
    "b",
    "conda-forge",
    "defaults",
    "https://x.org/c",
    "bioconda",
    "$HOME/z",
    "'q'",
    '"r"',
    "3",
    "true",
    "on",
    "~",
    "None",
    "pkgs/main",
    "main",
    "https://conda.anaconda.org/a",
    "https://x.org/c/linux-64",
    "m",
    "own/sub",
]
FLAGS = ["", "", "", " #!top", " #!bottom", " #!final", " # x", " #top", "  #!top  "]
COMMENTS = ["", "", "", "\n", "  # note\n", "#!top\n", "  #!bottom\n", "\n\n"]
BROKEN = ["other:\n\t- a\n", "other: [a, b\n", "always_yes: true\nalways_yes: false\n", "other: *b\n", "- a\n", "}\n"]
WHERE = [
    (0.1, ["channel_alias: https://x.org\n", "channel_alias: https://mirror.org/c/\n", "channel_alias: x.org\n"]),
    (0.1, ["custom_channels:\n  own: https://x.org\n", "custom_channels: word\n", "custom_channels: ~\n"]),
    (0.1, ["custom_multichannels:\n  m: [a, b]\n", "custom_multichannels:\n  m: word\n"]),
    (0.1, ["default_channels: [b, https://x.org/c]\n", "default_channels: []\n", "default_channels: word\n"]),
]
PRIORITIES = ["strict", "flexible"] * 4 + ["disabled", "true", "false", "'strict'", "Strict", "yes", "~", "STRICT"]


def channel_lines(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.12:
        return f"channels: [{', '.join(rng.choice(WORDS) for _ in range(rng.randint(0, 3)))}]{rng.choice(FLAGS)}\n"
    if kind < 0.17:
        return rng.choice(["channels: ~\n", "channels: word\n"])
    key = rng.choice(["channels"] * 9 + ["channel"])
    text = f"{key}:{rng.choice(FLAGS)}\n{rng.choice(COMMENTS)}"
    indent = rng.choice(["", "  ", " "])
    for _ in range(rng.randint(1, 4)):
        text += f"{indent}- {rng.choice(WORDS)}{rng.choice(FLAGS)}\n{rng.choice(COMMENTS)}"
    return text


def condarc(rng: random.Random) -> str:
    parts = [channel_lines(rng)] if rng.random() < 0.85 else []
    if rng.random() < 0.06:
        parts.append("channel:\n - zz\n")
    if rng.random() < 0.5:
        parts.append(f"channel_priority: {rng.choice(PRIORITIES)}{rng.choice(FLAGS)}\n{rng.choice(COMMENTS)}")
    if rng.random() < 0.3:
        parts.append(f"always_yes: true{rng.choice(FLAGS)}\n{rng.choice(COMMENTS)}")
    if rng.random() < 0.1:
        names = ", ".join(rng.choice(WORDS) for _ in range(6))
        parts.append(rng.choice([f"allowlist_channels: [{names}]\n", f"whitelist_channels: [{names}]\n"]))
    parts += [rng.choice(values) for chance, values in WHERE if rng.random() < chance]
    if rng.random() < 0.1:
        parts.append(f"use_local: {rng.choice(['true', 'yes', 'no'])}\n")
    rng.shuffle(parts)
    if rng.random() < 0.06:
        parts.insert(0, rng.choice(BROKEN))
    return "".join(parts)


def layout(rng: random.Random, base: Path) -> dict[str, str]:
    """Files below ``base``, and the variables of a shell there."""
    places = [
        "root/.condarc", "root/condarc", "root/condarc.d/b.yml", "root/condarc.d/a.yaml", "root/condarc.d/c.txt",
        "xdg/conda/.condarc", "xdg/conda/condarc", "xdg/conda/condarc.d/1.yml", "home/.config/conda/.condarc",
        "home/.conda/.condarc", "home/.conda/condarc", "home/.condarc", "home/condarc", "env/.condarc",
        "env/condarc.d/z.yml", "my.yml", "my.txt", "folder/1.yml",
    ]  # fmt: skip
    for place in rng.sample(places, rng.randint(1, 4)):
        (base / place).parent.mkdir(parents=True, exist_ok=True)
        (base / place).write_text(condarc(rng))
    environ = {"HOME": str(base / "home"), "PATH": "/bin", "CONDA_ROOT": str(base / "root")}
    choices: dict[str, tuple[float, list[str]]] = {
        "CONDA_PREFIX": (0.7, [f"{base}/env", f"{base}/root", f"{base}/env/"]),
        "XDG_CONFIG_HOME": (0.7, [f"{base}/xdg"]),
        "CONDARC": (0.5, [f"{base}/my.yml", f"{base}/my.txt", f"{base}/folder", "~/.condarc"]),
        "CONDA_CHANNELS": (0.2, ["e1,e2", " e1 , ,b", "", "a"]),
        "CONDA_CHANNEL": (0.05, ["w"]),
        "CONDA_CHANNEL_PRIORITY": (0.2, ["strict", "true", "strict!important", "off", "bogus"]),
    }
    environ |= {name: rng.choice(values) for name, (chance, values) in choices.items() if rng.random() < chance}
    return environ


def differences(lab: Laboratory, folder: Path, count: int, seed: int) -> list[object]:
    """The layouts of which conda makes something else than we do, each with conda's answer and ours."""
    rng = random.Random(seed)
    cases = []
    for number in range(count):
        base = folder / str(number)
        base.mkdir()
        cases.append((base, layout(rng, base)))
    done = subprocess.run(
        [f"{lab.base}/bin/python", "-I", "-c", CONDA],
        input=json.dumps([environ for _, environ in cases]),
        env=clean_environ(),
        capture_output=True,
        text=True,
        check=True,
    )
    answers = json.loads(done.stdout.splitlines()[-1])
    seen = [answer for answer in answers if answer]
    assert len(seen) > count * 0.7 and len({json.dumps(answer) for answer in seen}) > count * 0.4
    assert sum(answer[0] != answer[1] for answer in seen) > count * 0.1
    wrong: list[object] = []
    for (base, environ), answer in zip(cases, answers, strict=True):
        world = World(home=environ["HOME"], cwd=str(base), environ=environ, platform=sys.platform)
        older, newest = (read(world, environ["CONDA_ROOT"], version) for version in ((24, 7), NEWEST))
        ours = [
            None if isinstance(value, Missing) else value
            for value in (older.channels, newest.channels, newest.channel_priority)
        ]
        ended = any(problem.kind == "fatal" for problem in newest.problems)
        if ended != (answer is None) or (answer and ours != answer):
            wrong.append((os.path.basename(base), answer, ours))
    return wrong


def test_channels_and_priority_are_what_conda_itself_makes_of_the_files(lab: Laboratory, tmp_path: Path) -> None:
    assert differences(lab, tmp_path, 100, 20261123) == []
