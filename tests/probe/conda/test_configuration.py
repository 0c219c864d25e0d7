"""Conda's configuration from layouts of files and variables: order, precedence, flags, and what is refused."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.facts import Missing
from envdoctor.probe.conda import merge
from envdoctor.probe.conda.condarc import Raw
from envdoctor.probe.conda.configuration import SETTINGS, Configuration, read
from envdoctor.probe.conda.effective import NEWEST
from envdoctor.probe.conda.merge import Given
from envdoctor.probe.world import World

NAMES = st.sampled_from(["a", "b", "c", "conda-forge", "defaults"])
ITEMS = st.lists(st.tuples(NAMES, st.sampled_from([None, None, None, "top", "bottom"])), max_size=4)
FILES = st.lists(st.tuples(ITEMS, st.sampled_from([None, None, None, "final"])), min_size=1, max_size=5)


def given_lists(files: list[tuple[list[tuple[str, str | None]], str | None]]) -> list[Given]:
    return [
        Given(f"/{number}", Raw([name for name, _ in items], flag, [mark for _, mark in items]))
        for number, (items, flag) in enumerate(files)
    ]


@given(FILES)
def test_every_item_of_the_sources_that_count_comes_once(
    files: list[tuple[list[tuple[str, str | None]], str | None]],
) -> None:
    sources = given_lists(files)
    merged, _ = merge.sequence(sources)
    counting = merge.until_final(sources)
    assert sorted(merged) == sorted({name for source in counting for name in source.raw.value})


@given(FILES)
def test_nothing_above_a_final_list_counts(files: list[tuple[list[tuple[str, str | None]], str | None]]) -> None:
    sources = given_lists(files)
    counting = merge.until_final(sources)
    assert merge.sequence(sources)[0] == merge.sequence(counting)[0]
    assert all(source.raw.flag != "final" for source in counting[:-1])


@given(FILES)
def test_without_flags_the_highest_source_leads_in_its_own_order(
    files: list[tuple[list[tuple[str, str | None]], str | None]],
) -> None:
    sources = [Given(item.source, Raw(item.raw.value)) for item in given_lists(files)]
    merged, _ = merge.sequence(sources)
    highest = list(dict.fromkeys(sources[-1].raw.value))
    assert merged[: len(highest)] == highest
    once = [name for source in reversed(sources) for name in source.raw.value]
    assert merged == list(dict.fromkeys(once))


@given(FILES)
def test_top_comes_before_and_bottom_after_all_else(
    files: list[tuple[list[tuple[str, str | None]], str | None]],
) -> None:
    counting = merge.until_final(given_lists(files))
    marks = [(name, mark) for source in counting for name, mark in zip(source.raw.value, source.raw.flags, strict=True)]
    bottom = {name for name, mark in marks if mark == "bottom"}
    top = {name for name, mark in marks if mark == "top"} - bottom
    merged, _ = merge.sequence(given_lists(files))
    kinds = [0 if name in top else 2 if name in bottom else 1 for name in merged]
    assert kinds == sorted(kinds)


@given(st.lists(st.tuples(st.sampled_from(["strict", "flexible"]), st.sampled_from([None, "final"])), min_size=1))
def test_the_last_word_wins_unless_an_earlier_is_final(words: list[tuple[str, str | None]]) -> None:
    sources = [Given(str(number), Raw(word, flag)) for number, (word, flag) in enumerate(words)]
    expected = next((item for item in sources if item.raw.flag == "final"), sources[-1])
    assert merge.scalar(sources) == (expected.raw.value, [expected.source])


def world(root: Path, files: Mapping[str, str], **environ: str) -> World:
    for path, text in files.items():
        place = root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return World(root=str(root), home="/home/ada", cwd="/work", environ=environ, platform="linux")


def configuration(root: Path, files: Mapping[str, str], **environ: str) -> Configuration:
    return read(world(root, files, **environ), environ.get("CONDA_ROOT"))


def test_files_are_read_from_the_lowest_to_the_highest_and_each_once(tmp_path: Path) -> None:
    places = [
        "/etc/conda/.condarc", "/var/lib/conda/condarc", "/opt/conda/.condarc", "/opt/conda/condarc.d/1.yml",
        "/opt/conda/condarc.d/2.yaml", "/xdg/conda/.condarc", "/home/ada/.config/conda/condarc",
        "/home/ada/.conda/.condarc", "/home/ada/.condarc", "/env/.condarc", "/my.yml",
    ]  # fmt: skip
    files = {place: f"channels: [c{number}]\n" for number, place in enumerate(places)}
    variables = {"CONDA_ROOT": "/opt/conda", "XDG_CONFIG_HOME": "/xdg", "CONDA_PREFIX": "/env", "CONDARC": "/my.yml"}
    found = configuration(tmp_path, files, **variables)
    assert found.files == places
    assert found.channels == [f"c{number}" for number in reversed(range(len(places)))]
    again = configuration(tmp_path, files, **(variables | {"CONDA_PREFIX": "/opt/conda", "CONDARC": "~/.condarc"}))
    assert again.files == places[:-2]


def test_a_variable_outranks_every_file_and_is_split_at_commas(tmp_path: Path) -> None:
    files = {"/home/ada/.condarc": "channels: [a, b]\nchannel_priority: flexible\n"}
    found = configuration(tmp_path, files, CONDA_CHANNELS=" b ,, x", CONDA_CHANNEL_PRIORITY="strict")
    assert (found.channels, found.channel_priority) == (["b", "x", "a"], "strict")
    assert found.settings["channels"].sources == ["CONDA_CHANNELS", "/home/ada/.condarc"]


def test_variables_in_channels_are_expanded_and_unknown_ones_stay(tmp_path: Path) -> None:
    files = {"/home/ada/.condarc": "channels: [$BASE/x, '${NOPE}/y']\n"}
    assert configuration(tmp_path, files, BASE="https://h").channels == ["https://h/x", "${NOPE}/y"]


def test_where_nothing_is_configured_the_default_holds(tmp_path: Path) -> None:
    unset = world(tmp_path, {"/home/ada/.condarc": "channels: ~\n"})
    assert read(unset, None, (25, 7)).channels == ["defaults"]
    assert configuration(tmp_path, {}).channels == []
    assert configuration(tmp_path, {}).channel_priority == "flexible"


@pytest.mark.parametrize(
    ("word", "priority"), [("true", "flexible"), ("false", "disabled"), ("STRICT", "strict"), ("yes", "flexible")]
)
def test_a_truth_value_is_a_priority(tmp_path: Path, word: str, priority: str) -> None:
    assert configuration(tmp_path, {"/home/ada/.condarc": f"channel_priority: {word}\n"}).channel_priority == priority


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("channels: conda-forge\n", "type"),
        ("channels: [a]\nchannel: [b]\n", "duplicate"),
        ("channels:\n  - {a: b}\n", "type"),
        ("channels: [a\n", "fatal"),
        ("channel_priority: Strict\n", "type"),
    ],
)
def test_what_conda_does_not_take_is_a_problem_with_a_name(tmp_path: Path, text: str, kind: str) -> None:
    found = configuration(tmp_path, {"/home/ada/.condarc": text, "/etc/conda/.condarc": "channels: [low]\n"})
    assert [(problem.file, problem.kind) for problem in found.problems] == [("/home/ada/.condarc", kind)]
    if kind == "syntax":
        assert found.channels == ["low"]
    else:
        assert isinstance(found.channels, Missing) or isinstance(found.channel_priority, Missing)


@pytest.mark.parametrize(
    "name",
    ["/home/ada/.condarc.yml", "/home/ada/condarc", "/home/ada/.conda/condarc.yaml", "/etc/conda/condarc.d/a.conf"],
)
def test_a_file_of_another_name_is_not_read_and_told(tmp_path: Path, name: str) -> None:
    found = configuration(tmp_path, {name: "channels: [a]\n"})
    assert (found.channels, found.files) == ([], [])
    assert [(problem.file, problem.kind) for problem in found.problems] == [(name, "name")]


def test_a_condarc_variable_that_names_another_kind_of_file_is_told(tmp_path: Path) -> None:
    found = configuration(tmp_path, {"/my.txt": "channels: [a]\n"}, CONDARC="/my.txt")
    assert [(problem.file, problem.kind) for problem in found.problems] == [("/my.txt", "name")]


def test_mamba_reads_its_own_files_and_knows_no_flags(tmp_path: Path) -> None:
    files = {"/home/ada/.condarc": "channels:\n  - a\n  - b #!top\n", "/home/ada/.mambarc": "channels: [m]\n"}
    found = read(world(tmp_path, files), None, mamba=True)
    assert found.channels == ["m", "a", "b"]
    assert read(world(tmp_path / "other", {}), None, mamba=True).channels == ["conda-forge"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("channels:\n\t- a\n", "syntax"),
        ("channels: [a, b\n", "fatal"),
        ("channels: [a]\nchannels: [b]\n", "fatal"),
        ("- a\n- b\n", "fatal"),
        ("word\n", "fatal"),
        ("channels: *b\n", "fatal"),
    ],
)
def test_conda_goes_on_without_some_broken_files_and_ends_at_others(tmp_path: Path, text: str, kind: str) -> None:
    """Where conda ends, its channels are nobody's guess; mamba goes on without the file in any case."""
    files = {"/home/ada/.condarc": text, "/etc/conda/.condarc": "channels: [lower]\n"}
    found = configuration(tmp_path, files)
    assert [problem.kind for problem in found.problems] == [kind]
    assert isinstance(found.channels, Missing) == isinstance(found.channel_priority, Missing) == (kind == "fatal")
    by_mamba = read(world(tmp_path, files), None, mamba=True)
    assert (by_mamba.channels, by_mamba.problems[0].kind) == (["lower"], "syntax")


def test_an_empty_list_of_channels_was_none_to_conda_24_9_up_to_25_9(tmp_path: Path) -> None:
    seen = world(tmp_path, {"/home/ada/.condarc": "channels: []\n"})
    assert read(seen, None, (24, 8)).channels == []
    assert read(seen, None, (24, 9)).channels == ["defaults"]


# In the order of libmamba/src/api/configuration.cpp, compute_default_rc_sources, the lowest first.
MAMBAS = [
    "/etc/conda/.condarc", "/etc/conda/condarc", "/etc/conda/condarc.d/a.yml", "/etc/conda/.mambarc",
    "/var/lib/conda/.condarc", "/var/lib/conda/.mambarc", "/root/.condarc", "/root/condarc", "/root/condarc.d/a.yml",
    "/root/.mambarc", "/home/ada/.config/conda/.condarc", "/home/ada/.config/conda/condarc",
    "/home/ada/.conda/.condarc", "/home/ada/.conda/condarc", "/home/ada/.conda/condarc.d/mambarc",
    "/home/ada/.condarc", "/env/.condarc", "/env/condarc", "/my.yml", "/home/ada/.config/mamba/.mambarc",
    "/home/ada/.config/mamba/mambarc", "/home/ada/.config/mamba/mambarc.d/a.yaml", "/home/ada/.mamba/.mambarc",
    "/home/ada/.mamba/mambarc", "/home/ada/.mambarc", "/his.yml", "/env/.mambarc",
]  # fmt: skip


def test_mamba_looks_in_its_own_places_and_order(tmp_path: Path) -> None:
    files = {path: f"channels: ['{path}']\n" for path in MAMBAS}
    unread = ["/home/ada/condarc", "/home/ada/.config/mamba/config.txt", "/env/mambarc", "/root/mambarc"]
    files |= dict.fromkeys(unread, "channels: [never]\n")
    environ = {"CONDA_PREFIX": "/env", "CONDARC": "/my.yml", "MAMBARC": "/his.yml"}
    found = read(world(tmp_path, files, **environ), "/root", mamba=True)
    assert found.files == MAMBAS
    assert found.channels == MAMBAS[::-1]


def test_what_mamba_reads_is_not_told_as_unread(tmp_path: Path) -> None:
    files = {"/home/ada/.conda/condarc.d/.condarc": "channels: [a]\n", "/his/.mambarc": "channels: [b]\n"}
    seen = world(tmp_path, files, CONDARC="/his/.mambarc")
    assert read(seen, None, mamba=True).problems == []
    assert len(read(seen, None).problems) == 2


def test_mambas_places_move_with_the_configuration_folder_and_count_once(tmp_path: Path) -> None:
    files = {
        "/home/ada/.config/mamba/mambarc": "channels: [never]\n",
        "/x/mamba/mambarc": "channels: [x]\n",
        "/x/conda/condarc": "channels: [y]\n",
        "/root/.condarc": "channels: [root]\n",
        "/root/.mambarc": "channels: [own]\n",
    }
    seen = world(tmp_path, files, XDG_CONFIG_HOME="/x", CONDA_PREFIX="/root")
    assert read(seen, "/root", mamba=True).channels == ["x", "y", "own", "root"]


def test_mamba_reads_its_own_variables_and_condas_for_the_channels(tmp_path: Path) -> None:
    text = "channels: ['${WHERE}', '$WHERE', '$$x']\nchannel: [alias]\n"
    environ = {"CONDA_CHANNELS": "c", "MAMBA_CHANNELS": "m", "CONDA_CHANNEL_PRIORITY": "strict", "WHERE": "here"}
    seen = world(tmp_path, {"/home/ada/.condarc": text}, **environ)
    found = read(seen, None, mamba=True)
    assert (found.channels, found.channel_priority) == (["c", "here", "$WHERE", "$x"], "flexible")
    environ = {"MAMBA_CHANNEL_PRIORITY": "strict", "CONDA_CHANNEL_PRIORITY": "disabled"}
    assert read(world(tmp_path / "other", {}, **environ), None, mamba=True).channel_priority == "strict"


def test_no_credential_is_left_in_any_value(tmp_path: Path) -> None:
    text = (
        "channels: ['https://conda.anaconda.org/t/zz-secret/x']\n"
        "channel_alias: https://ada:zz-secret@h.org\n"
        "custom_channels: {x: 'https://ada:zz-secret@h.org'}\n"
        "default_channels: ['https://h.org/t/zz-secret/y']\n"
        "channel_priority: https://ada:zz-secret@h.org\n"
    )
    assert "zz-secret" not in repr(configuration(tmp_path, {"/home/ada/.condarc": text}))
    wrong = (
        f"channels: https://ada:zz-secret{'0' * 40}@h.org\ncustom_multichannels: {{m: 'https://h.org/t/zz-secret/x'}}\n"
    )
    found = configuration(tmp_path / "other", {"/home/ada/.condarc": wrong})
    assert len(found.problems) == 2 and "zz-secret" not in repr(found)


def test_no_part_of_a_credential_is_left_of_a_word_that_is_cut(tmp_path: Path) -> None:
    text = f"channels: https://somebody:{'zz-secret-' * 9}@h.org/x\n"
    (problem,) = configuration(tmp_path, {"/home/ada/.condarc": text}).problems
    assert problem.kind == "type" and "zz-secret" not in problem.problem


def test_a_credential_without_a_scheme_is_none_the_less_one(tmp_path: Path) -> None:
    text = "channels: [t/zz-secret/x, repo.corp/t/zz-secret/y]\nchannel_alias: ada:zz-secret@h.org\n"
    found = configuration(tmp_path, {"/home/ada/.condarc": text})
    assert "zz-secret" not in repr(found)
    assert [problem.setting for problem in found.problems] == ["channel_alias"]
    assert len(found.secrets) == 3


def test_what_each_of_several_sources_has_in_a_list_is_told(tmp_path: Path) -> None:
    files = {"/etc/conda/.condarc": "channels: [a, b]\n", "/home/ada/.condarc": "channels: [c, a]\n"}
    setting = configuration(tmp_path, files, CONDA_CHANNELS="d").settings["channels"]
    assert setting.value == ["d", "c", "a", "b"]
    assert setting.given == {
        "/etc/conda/.condarc": ["a", "b"],
        "/home/ada/.condarc": ["c", "a"],
        "CONDA_CHANNELS": ["d"],
    }


@pytest.mark.parametrize(
    ("version", "channels"), [((25, 9), ["None", "a", "<unknown>"]), ((25, 11), ["a"]), (NEWEST, ["a"])]
)
def test_a_channel_that_is_none_is_left_out_from_conda_25_11_on(
    tmp_path: Path, version: tuple[int, ...], channels: list[str]
) -> None:
    seen = world(tmp_path, {"/home/ada/.condarc": "channels:\n  -\n  - a\n  - <unknown>\n"})
    assert read(seen, None, version).channels == channels


FORBIDDING = [
    ("denylist_channels: [conda-forge]", "conda-forge"),
    ("denylist_channels: ['https://conda.anaconda.org/conda-forge/']", "conda-forge"),
    ("denylist_channels: [defaults]", "defaults"),
    ("denylist_channels: [pkgs/main]", "defaults"),
    ("denylist_channels: ['https://u:zz@repo.anaconda.com/t/zz/pkgs/r/noarch']", "defaults"),
    ("denylist_channels: [m]\ncustom_multichannels: {m: [x, conda-forge]}", "conda-forge"),
    ("denylist_channels: ['https://h.org/lab/own/sub']\ncustom_channels: {own: https://h.org/lab}", "own/sub"),
    ("allowlist_channels: [conda-forge, own/sub]", "defaults"),
    ("whitelist_channels: [defaults, own/sub]", "conda-forge"),
    ("allowlist_channels: [conda-forge, defaults]\nchannel_alias: https://mirror.org", "own/sub"),
]


@pytest.mark.parametrize(("text", "channel"), FORBIDDING)
def test_a_channel_that_the_lists_forbid_ends_conda(tmp_path: Path, text: str, channel: str) -> None:
    files = {
        "/etc/conda/.condarc": f"{text}\n",
        "/home/ada/.condarc": "channels: [conda-forge, defaults, own/sub]\n",
    }
    found = configuration(tmp_path, files)
    assert isinstance(found.channels, Missing)
    (first, *_) = found.problems
    assert (first.file, first.kind) == ("/home/ada/.condarc", "denied")
    assert f"the channel {channel} " in first.problem and "/etc/conda/.condarc" in first.problem
    assert "zz" not in first.problem
    assert read(world(tmp_path, files), None, (24, 10)).channels == ["conda-forge", "defaults", "own/sub"]


def test_a_forbidden_channel_is_told_of_the_file_that_names_it(tmp_path: Path) -> None:
    files = {
        "/etc/conda/.condarc": "channels: [defaults]\ndenylist_channels: [defaults]\n",
        "/home/ada/.condarc": "channels: [conda-forge]\n",
    }
    assert [problem.file for problem in configuration(tmp_path, files).problems] == ["/etc/conda/.condarc"]
    seen = configuration(tmp_path / "other", {**files, "/home/ada/.condarc": "channels: [x, defaults]\n"})
    assert [problem.file for problem in seen.problems] == ["/home/ada/.condarc"]


def test_condas_own_defaults_may_be_forbidden_too(tmp_path: Path) -> None:
    found = read(world(tmp_path, {"/etc/conda/.condarc": "denylist_channels: [defaults]\n"}), None, (24, 11))
    assert isinstance(found.channels, Missing)
    assert [(problem.file, problem.kind) for problem in found.problems] == [("/etc/conda/.condarc", "denied")]
    empty = read(world(tmp_path, {"/home/ada/.condarc": "channels: []\n"}), None, (24, 11))
    assert empty.problems == found.problems


@pytest.mark.parametrize(
    "text",
    [
        "allowlist_channels: [conda-forge, defaults, own/sub]",
        "allowlist_channels: ['https://conda.anaconda.org/conda-forge', pkgs/main, pkgs/r, pkgs/msys2, own/sub]",
        "denylist_channels: [free, main, conda]",
        "allowlist_channels: []",
    ],
)
def test_lists_that_forbid_nothing_change_nothing(tmp_path: Path, text: str) -> None:
    files = {"/home/ada/.condarc": f"channels: [conda-forge, defaults, own/sub]\n{text}\n"}
    found = configuration(tmp_path, files)
    assert (found.channels, found.problems) == (["conda-forge", "defaults", "own/sub"], [])


@pytest.mark.parametrize(
    "text",
    [
        "channel_alias: mirror.org/conda",
        "custom_channels: word",
        "custom_channels: {a: [b]}",
        "custom_multichannels: {m: word}",
        "default_channels: word",
        "denylist_channels: word",
        "use_local: maybe",
        "migrated_channel_aliases: word",
    ],
)
def test_a_setting_that_conda_needs_to_tell_its_channels_ends_it_too(tmp_path: Path, text: str) -> None:
    found = configuration(tmp_path, {"/home/ada/.condarc": f"channels: [a]\n{text}\n"})
    assert isinstance(found.channels, Missing) and "/home/ada/.condarc" in found.channels.reason
    assert [problem.kind for problem in found.problems] == ["type"]
    assert found.channel_priority == "flexible"


def test_where_a_channel_is(tmp_path: Path) -> None:
    text = (
        "channels: [a/linux-64, https://u:zz@H.org/t/zz/x/noarch, defaults, m, own/sub, /data/ch, None]\n"
        "channel_alias: https://mirror.org/c/\n"
        "custom_multichannels: {m: [p, 'https://q.org/q']}\n"
        "custom_channels: {own: 'https://lab.org/conda'}\n"
    )
    assert list(configuration(tmp_path, {"/home/ada/.condarc": text}).channel_urls.values()) == [
        ["https://mirror.org/c/a"],
        ["https://h.org/x"],
        [f"https://repo.anaconda.com/pkgs/{name}" for name in ("main", "r", "msys2")],
        ["https://mirror.org/c/p", "https://q.org/q"],
        ["https://lab.org/conda/own/sub"],
        ["file:///data/ch"],
    ]


@pytest.mark.parametrize(("version", "names"), [((25, 11), ["d"]), ((26, 1), ["c"]), (NEWEST, ["c"])])
def test_defaults_may_be_made_of_other_channels_from_conda_26_1_on(
    tmp_path: Path, version: tuple[int, ...], names: list[str]
) -> None:
    text = "channels: [defaults]\ndefault_channels: [d]\ncustom_multichannels: {defaults: [c]}\n"
    found = read(world(tmp_path, {"/home/ada/.condarc": text}), None, version)
    assert found.channel_urls == {"defaults": [f"https://conda.anaconda.org/{name}" for name in names]}


@pytest.mark.parametrize("text", ["[]", "0", "false", "~", "null", "{}", "---", "# nothing"])
def test_a_file_that_says_nothing_is_an_empty_one(tmp_path: Path, text: str) -> None:
    found = configuration(tmp_path, {"/home/ada/.condarc": f"{text}\n"})
    assert (found.channels, found.problems) == ([], [])


@pytest.mark.parametrize(
    "text", ["since: 2024-01-01", "x: {y: [2024-1-1 10:00:00]}", "x: !!str a", "x: !mine a", "x: !!set {a}", "x: ="]
)
def test_a_value_that_is_no_word_number_or_truth_ends_conda_wherever_it_stands(tmp_path: Path, text: str) -> None:
    found = configuration(tmp_path, {"/home/ada/.condarc": f"channels: [a]\n{text}\n"})
    assert [problem.kind for problem in found.problems] == ["fatal"] and "line 2" in found.problems[0].problem
    quoted = configuration(tmp_path, {"/home/ada/.condarc": "channels: ['2024-01-01']\nx: '='\n"})
    assert (quoted.channels, quoted.problems) == (["2024-01-01"], [])


def test_plain_tags_and_odd_numbers_are_read_as_yaml_reads_them(tmp_path: Path) -> None:
    text = "channels: [!!int 3, !!float 4, !!bool true, .inf, -.INF, 0o17, 1e3, 012]\n"
    found = configuration(tmp_path, {"/home/ada/.condarc": text})
    assert found.channels == ["3", "4.0", "True", "inf", "-inf", "15", "1000.0", "12"]


@pytest.mark.parametrize(
    ("value", "local"),
    [("true", True), ("'2'", True), ("y", True), ("1", True), ("none", False), ("''", False), ("0", False)],
)
def test_use_local_puts_the_local_channel_first(tmp_path: Path, value: str, local: bool) -> None:
    found = configuration(tmp_path, {"/home/ada/.condarc": f"channels: [a]\nuse_local: {value}\n"})
    assert found.channels == (["local", "a"] if local else ["a"])


def test_a_file_of_nothing_but_an_extension_is_not_read(tmp_path: Path) -> None:
    names = ("/home/ada/.conda/condarc.d/.yml", "/home/ada/.conda/condarc.d/.b.yml")
    assert configuration(tmp_path, dict.fromkeys(names, "channels: [a]\n")).files == [names[1]]


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("e1", "/opt/envs/e1"), ("e2", "/home/ada/.conda/envs/e2"), ("/env", "/env"), ("base", "/opt"),
        ("gone", "/opt/envs/gone"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("prefix", [{}, {"CONDA_PREFIX": ""}])
def test_without_a_prefix_the_named_environment_is_the_active_one(
    tmp_path: Path, name: str, place: str, prefix: dict[str, str]
) -> None:
    files = {f"{place}/.condarc": "channels: [mine]\n", "/home/ada/.conda/envs/e2/x": "", "/env/x": ""}
    seen = world(tmp_path, files, CONDA_DEFAULT_ENV=name, **prefix)
    assert read(seen, "/opt").channels == ["mine"]


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="file permissions here are not POSIX")
def test_a_file_that_cant_be_read_ends_conda_and_not_mamba() -> None:
    user = os.geteuid()
    with tempfile.TemporaryDirectory() as home:
        os.chmod(home, 0o755)
        Path(home, ".condarc").write_text("channels: [a]\n")
        Path(home, ".condarc").chmod(0)
        seen = World(home=home, cwd=home, environ={}, platform="linux")
        if user == 0:  # root reads whatever the mode says
            os.seteuid(65534)
        try:
            with pytest.raises(PermissionError):
                Path(home, ".condarc").read_text()
            found, by_mamba = read(seen, None), read(seen, None, mamba=True)
        finally:
            os.seteuid(user)
    assert [problem.kind for problem in found.problems] == ["unreadable"] and isinstance(found.channels, Missing)
    assert found.problems[0].problem == "Permission denied"
    assert by_mamba.channels == ["conda-forge"]


VALUES = [
    "~", "word", "''", "[]", "[a]", "[~]", "[[a]]", "{}", "{a: b}", "{a: ~}", "{a: [b]}", "{a: {b: c}}", "{1: 2}", "3",
    "true", "[1, 2]", "[https://u:zz-secret@h.org/t/zz-secret/x]", "https://u:zz-secret@h.org", "{'': ''}", "['']",
    "{a: https://u:zz-secret@h.org}", "[/]", "['://']", "[https://]", "{a: '://'}", "2024-01-01", "&a [x]", "[{a: b}]",
    "['a b']", '["x\\ny"]', "[None, a] #!top", "[b] #!final", "{b: c} #!final",
]  # fmt: skip


@given(
    st.dictionaries(st.sampled_from(sorted(SETTINGS)), st.sampled_from(VALUES), min_size=1, max_size=5),
    st.sampled_from([(24, 7), (24, 11), (25, 11), NEWEST]),
    st.booleans(),
)
def test_whatever_the_settings_say_they_are_read_and_keep_their_secrets(
    settings: dict[str, str], version: tuple[int, ...], mamba: bool
) -> None:
    with tempfile.TemporaryDirectory() as home:
        Path(home, ".condarc").write_text("".join(f"{name}: {value}\n" for name, value in settings.items()))
        found = read(World(home=home, cwd=home, environ={}, platform="linux"), None, version, mamba)
    assert isinstance(found.channels, list) or found.problems
    assert "zz-secret" not in repr(found)
