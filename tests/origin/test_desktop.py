"""macOS and Windows, as trees: shaped after the tools' own layout."""

from pathlib import Path

import pytest

from tests.origin.trees import chain, grow, kinds, put

FRAMEWORK = "Frameworks/Python.framework/Versions/3.12"


@pytest.mark.posix
@pytest.mark.parametrize("brew", ["/opt/homebrew", "/usr/local", "/home/linuxbrew/.linuxbrew"])
def test_a_keg_with_its_receipt_is_homebrews(tmp_path: Path, brew: str) -> None:
    """Homebrew: Library/Homebrew/tab.rb (INSTALL_RECEIPT.json), keg.rb (Cellar/NAME/VERSION, opt/NAME)"""
    keg = f"{brew}/Cellar/python@3.12/3.12.8"
    inner = f"{keg}/{FRAMEWORK}" if brew != "/home/linuxbrew/.linuxbrew" else keg
    grow(tmp_path, f"{inner}/bin/python3", f"{brew}/opt/python@3.12 -> ../Cellar/python@3.12/3.12.8")
    path = inner.replace("Cellar/python@3.12/3.12.8", "opt/python@3.12")
    platform = "linux" if "linuxbrew" in brew else "darwin"
    assert kinds(chain(tmp_path, path, platform=platform)) == ["unknown"]  # without a receipt
    put(tmp_path, f"{keg}/INSTALL_RECEIPT.json", '{"homebrew_version": "4.4.0"}')
    (link,) = chain(tmp_path, path, platform=platform)
    assert (link.kind, link.detail) == ("homebrew", "python@3.12 3.12.8")


def test_a_cask_of_homebrews_is_not_homebrews_python(tmp_path: Path) -> None:
    base = "/opt/homebrew/Caskroom/miniforge/base"
    grow(tmp_path, f"{base}/bin/python3", f"{base}/condabin/", f"{base}/conda-meta/conda-25.1.0-0.json")
    put(tmp_path, f"{base}/.condarc", "channels: [conda-forge]\n")
    assert kinds(chain(tmp_path, base, platform="darwin")) == ["miniforge"]


@pytest.mark.posix
def test_python_org_is_told_by_its_package_receipt(tmp_path: Path) -> None:
    """python.org's installer: package org.python.Python.PythonFramework-X.Y (CPython: Mac/BuildScript)"""
    path = f"/Library/{FRAMEWORK}"
    grow(tmp_path, f"{path}/bin/python3")
    assert kinds(chain(tmp_path, path, platform="darwin")) == ["unknown"]
    grow(tmp_path, "private/var/db/receipts/org.python.Python.PythonFramework-3.12.plist")
    assert kinds(chain(tmp_path, path, platform="darwin")) == ["python.org"]


@pytest.mark.posix
@pytest.mark.parametrize(
    "above", ["/Library/Developer/CommandLineTools/Library", "/Applications/Xcode-16.app/Contents/Developer/Library"]
)
def test_apples_framework_is_xcodes(tmp_path: Path, above: str) -> None:
    path = f"{above}/Frameworks/Python3.framework/Versions/3.9"
    grow(tmp_path, f"{path}/bin/python3")
    assert kinds(chain(tmp_path, path, platform="darwin")) == ["xcode"]
    look_alike = path.replace("Python3.framework", "Python.framework")
    grow(tmp_path, f"{look_alike}/bin/python3")
    assert kinds(chain(tmp_path, look_alike, platform="darwin")) == ["unknown"]


@pytest.mark.posix
def test_macports_has_its_registry(tmp_path: Path) -> None:
    """https://guide.macports.org: ${prefix}/var/macports/registry"""
    path = f"/opt/local/Library/{FRAMEWORK}"
    grow(tmp_path, f"{path}/bin/python3")
    assert kinds(chain(tmp_path, path, platform="darwin")) == ["unknown"]
    grow(tmp_path, "opt/local/var/macports/registry/")
    assert kinds(chain(tmp_path, path, platform="darwin")) == ["macports"]


BUILD = "3.12.1 (tags/v3.12.1:2305ca5, Dec  7 2023, 22:03:25) [MSC v.1937 64 bit (AMD64)]"


@pytest.mark.parametrize(
    ("path", "files", "kind"),
    [
        (
            "/C/Program Files/WindowsApps/PythonSoftwareFoundation.Python.3.12_3.12.2544.0_x64__qbz5n2kfra8p0",
            (),
            "microsoft-store",
        ),
        ("/C/WindowsApps/PythonSoftwareFoundation.Python.3.12_3.12.2544.0_x64__0000000000000", (), "unknown"),
        ("/C/Users/ada/AppData/Local/Python/pythoncore-3.14-64", ("__install__.json",), "python-install-manager"),
        ("/C/Users/ada/AppData/Local/Python/pythoncore-3.14-64", (), "unknown"),
        ("/C/packages/python.3.12.1/tools", ("../build/native/python.props",), "nuget"),
        ("/C/packages/python.3.12.1/tools", (), "unknown"),
        ("/C/embedded", ("python312._pth",), "embeddable"),
        ("/C/Python312", ("NEWS.txt",), "python.org"),
        ("/C/Python312", (), "unknown"),
    ],
)
def test_the_ways_to_get_python_on_windows(tmp_path: Path, path: str, files: tuple[str, ...], kind: str) -> None:
    """pymanager: src/manage/installs.py; CPython: PC/layout (nuget, embeddable), Tools/msi (python.org)"""
    grow(tmp_path, f"{path}/python.exe", *(f"{path}/{name}" for name in files))
    assert kinds(chain(tmp_path, path, "python.exe", platform="win32", interpreter={"build": BUILD})) == [kind]


def test_winpython_lies_beside_its_scripts(tmp_path: Path) -> None:
    """winpython: make.py writes scripts/env.bat, which sets WINPYDIRBASE"""
    grow(tmp_path, "C/tools/WPy64-31241/python/python.exe", "C/tools/WPy64-31241/scripts/env.bat")
    path = "/C/tools/WPy64-31241/python"
    assert kinds(chain(tmp_path, path, "python.exe", platform="win32")) == ["unknown"]
    put(tmp_path, "C/tools/WPy64-31241/scripts/env.bat", "@echo off\nset WINPYDIRBASE=%~dp0..\n")
    assert kinds(chain(tmp_path, path, "python.exe", platform="win32")) == ["winpython"]
