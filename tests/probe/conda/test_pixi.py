"""The channels of a pixi environment, by manifests in the shapes that pixi's documentation gives."""

import json
from pathlib import Path

import pytest

from envdoctor.facts import Missing
from envdoctor.probe.conda.configuration import Configuration
from envdoctor.probe.conda.pixi import read
from envdoctor.probe.world import World


def configured(tmp_path: Path, files: dict[str, str], prefix: str = "/fit/.pixi/envs/default") -> Configuration:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return read(World(root=str(tmp_path), home="/home/ada", environ={}, cwd="/fit", platform="linux"), prefix)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pixi.toml", "[workspace]\nchannels = ['conda-forge', 'bioconda']\n"),
        ("pixi.toml", "[project]\nchannels = ['conda-forge', 'bioconda']\n"),
        ("pyproject.toml", "[tool.pixi.workspace]\nchannels = ['conda-forge', 'bioconda']\n"),
        ("pyproject.toml", "[project]\nname = 'x'\n[tool.pixi.project]\nchannels = ['conda-forge', 'bioconda']\n"),
    ],
)
def test_the_manifest_beside_the_environment_names_its_channels(tmp_path: Path, name: str, text: str) -> None:
    found = configured(tmp_path, {f"fit/{name}": text})
    assert found.channels == ["conda-forge", "bioconda"]
    assert found.channel_priority == "strict"
    assert found.files == [f"/fit/{name}"]
    assert found.settings["channels"].sources == [f"/fit/{name}"]


def test_pixi_toml_goes_before_pyproject_toml(tmp_path: Path) -> None:
    files = {
        "fit/pixi.toml": "[workspace]\nchannels = ['a']\n",
        "fit/pyproject.toml": "[tool.pixi.workspace]\nchannels = ['b']\n",
    }
    assert configured(tmp_path, files).channels == ["a"]


# Shaped after https://github.com/prefix-dev/pixi/pull/1332 and issue 1331, which say what each comes to.
FEATURES = """\
[workspace]
channels = ["a", "b"]
[feature.foo]
channels = ["c", "d"]
[feature.bar]
channels = ["e", "f"]
[feature.barfoo]
channels = ["a", "f"]
[feature.again]
channels = ["a", "c", "b"]
[feature.plain.dependencies]
numpy = "*"
[feature.first]
channels = [{ channel = "z", priority = 1 }, "y"]
[feature.last]
channels = [{ channel = "z", priority = -1 }]
channel-priority = "disabled"
[environments]
foo = ["foo"]
foobar = ["foo", "bar"]
barfoo = { features = ["barfoo"], no-default-feature = true }
again = ["again"]
plain = { features = ["plain"], solve-group = "g" }
inline = { features = ["foo"], channels = ["o"] }
solo = { channels = ["o"], no-default-feature = true }
first = ["foo", "first"]
last = ["last"]
"""


@pytest.mark.parametrize(
    ("name", "channels"),
    [
        ("default", "ab"), ("foo", "cdab"), ("foobar", "cdefab"), ("barfoo", "af"), ("again", "acb"), ("plain", "ab"),
        ("first", "zcdyab"), ("last", "abz"), ("inline", "ocdab"), ("solo", "o"),
    ],
)  # fmt: skip
def test_an_environments_features_come_before_the_workspace(tmp_path: Path, name: str, channels: str) -> None:
    found = configured(tmp_path, {"fit/pixi.toml": FEATURES}, f"/fit/.pixi/envs/{name}")
    assert found.channels == list(channels)
    assert found.channel_priority == ("disabled" if name == "last" else "strict")


def test_a_disabled_priority_is_told(tmp_path: Path) -> None:
    text = "[workspace]\nchannels = ['a', 'b']\nchannel-priority = 'disabled'\n"
    assert configured(tmp_path, {"fit/pixi.toml": text}).channel_priority == "disabled"


def test_pixis_global_environments_have_a_manifest_of_their_own(tmp_path: Path) -> None:
    text = "version = 1\n[envs.ipython]\nchannels = ['conda-forge', 'a']\n"
    files = {"home/ada/.pixi/manifests/pixi-global.toml": text}
    assert configured(tmp_path, files, "/home/ada/.pixi/envs/ipython").channels == ["conda-forge", "a"]


def test_an_environment_kept_elsewhere_is_told_by_pixis_note(tmp_path: Path) -> None:
    note = json.dumps({"manifest_path": "/fit/pixi.toml", "environment_name": "foo", "pixi_version": "0.72.0"})
    files = {"fit/pixi.toml": FEATURES, "cache/envs/fit-12/foo/conda-meta/pixi": note}
    assert configured(tmp_path, files, "/cache/envs/fit-12/foo").channels == list("cdab")


def test_without_a_manifest_nothing_is_made_up(tmp_path: Path) -> None:
    found = configured(tmp_path, {"fit/pyproject.toml": "[project]\nname = 'x'\n"})
    assert (found.channels, found.files) == ([], [])


def test_a_manifest_that_python_cannot_read_is_unknown_and_no_fault(tmp_path: Path) -> None:
    """An inline table over several lines is TOML 1.1, which pixi reads."""
    found = configured(tmp_path, {"fit/pixi.toml": "[workspace]\nchannels = ['a']\nx = {\n  y = 1,\n}\n"})
    assert isinstance(found.channels, Missing) and "pixi.toml" in found.channels.reason
    assert found.problems == []


def test_a_token_in_the_manifest_is_never_shown(tmp_path: Path) -> None:
    text = "[workspace]\nchannels = ['https://conda.anaconda.org/t/zz-3f6a9c1e-secret/private']\n"
    found = configured(tmp_path, {"fit/pixi.toml": text})
    assert "zz-3f6a" not in repr(found)
    assert [secret.file for secret in found.secrets] == ["/fit/pixi.toml"]
