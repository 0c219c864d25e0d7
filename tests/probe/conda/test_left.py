"""What pip left behind in the folder of another Python."""

from pathlib import Path

from envdoctor.probe.conda import left
from envdoctor.probe.prefix.prefix import site_packages
from envdoctor.probe.world import World
from envdoctor.testing import prefix, record


def behind(folder: Path, version: str = "3.11.2", build: str = "h_0_cpython") -> dict[str, list[str]]:
    world = World(home="/", cwd="/", environ={})
    here = prefix(path=str(folder), site_packages=site_packages(world, str(folder)), conda_meta=True)
    found = left.behind(world, here, [record("python", version, build=build)])
    return {str(Path(site).relative_to(folder)): names for site, names in found.items()}


def put(folder: Path, site: str, name: str, installer: str = "pip", url: str = "") -> None:
    info = folder / site / f"{name}.dist-info"
    info.mkdir(parents=True)
    (info / "INSTALLER").write_text(f"{installer}\n")
    if url:
        (info / "direct_url.json").write_text(f'{{"url": "{url}", "dir_info": {{"editable": true}}}}')


def test_another_minor_version_s_folder_in_lib_and_in_lib64(tmp_path: Path) -> None:
    put(tmp_path, "lib/python3.12/site-packages", "cowsay-6.1")
    put(tmp_path, "lib64/python3.12/site-packages", "idna-3.10")
    put(tmp_path, "lib/python3.11/site-packages", "numpy-2.0")
    put(tmp_path, "lib/python3.12/site-packages", "pandas-2.2", "conda")
    assert behind(tmp_path) == {
        "lib/python3.12/site-packages": ["cowsay 6.1"],
        "lib64/python3.12/site-packages": ["idna 3.10"],
    }


def test_a_free_threaded_python_has_a_folder_of_its_own(tmp_path: Path) -> None:
    put(tmp_path, "lib/python3.13/site-packages", "cowsay-6.1")
    put(tmp_path, "lib/python3.13t/site-packages", "idna-3.10")
    assert behind(tmp_path, "3.13.1", "h9a34b6e_5_cp313t") == {"lib/python3.13/site-packages": ["cowsay 6.1"]}
    assert behind(tmp_path, "3.13.1", "h9ebbce0_105_cp313") == {"lib/python3.13t/site-packages": ["idna 3.10"]}


def test_what_no_index_had_is_told_with_its_place(tmp_path: Path) -> None:
    put(tmp_path, "lib/python3.12/site-packages", "mine-1.0", url="file:///src/mine")
    put(tmp_path, "lib/python3.12/site-packages", "theirs-1.0", url="https://ada:s3cret@git.test/x.git")
    (names,) = behind(tmp_path).values()
    assert (
        names[0] == "mine @ file:///src/mine" and names[1].startswith("theirs @ https://") and "s3cret" not in names[1]
    )
