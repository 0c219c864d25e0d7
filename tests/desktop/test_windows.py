"""Patients on a real Windows Python: what a check-up finds there, and that the healthy ones are quiet."""

import ast
import ntpath
import os
from pathlib import Path

import pytest

from envdoctor.fixes.shell import Cmd
from tests.support.patients import Checkup, remove, write
from tests.support.windows import BASE, DOCTOR, HOME, Laboratory

pytestmark = [pytest.mark.wine, pytest.mark.real]
APPS = rf"{HOME}\AppData\Local\Microsoft\WindowsApps"


def quiet(seen: Checkup) -> None:
    """Nothing but notes, and nothing was written."""
    loud = [
        (finding["code"], finding["title"]) for finding in seen.document["findings"] if finding["severity"] != "info"
    ]
    assert (loud, seen.status, seen.changed) == ([], 0, []), seen.text


def site_of(laboratory: Laboratory, prefix: str) -> Path:
    return laboratory.path(rf"{prefix}\Lib\site-packages")


# --- healthy ---


def test_a_fresh_venv_is_healthy(laboratory: Laboratory) -> None:
    seen = laboratory.check(laboratory.venv())
    assert (seen.codes(), seen.status, seen.changed) == (set(), 0, [])
    assert [link["kind"] for link in seen.document["patient"]["origin"]] == ["venv", "python.org"]


def test_numpy_and_scipy_of_wheels_bring_notes_only(laboratory: Laboratory) -> None:
    seen = laboratory.check(
        laboratory.venv("numpy", "scipy", "scikit-learn", "joblib", "threadpoolctl", name="OneDrive - Überblick & Co")
    )
    quiet(seen)
    libraries = seen.document["facts"]["blas"]["libraries"]
    assert {(item["vendor"], item["loaded"], *item["used_by"]) for item in libraries} == {
        ("openblas", True, "numpy"),
        ("openblas", True, "scipy"),
    }
    assert {item["runtime"] for item in seen.document["facts"]["blas"]["openmp"]} >= {"vcomp"}
    assert "BLA002" not in seen.codes()  # OpenBLAS's idle threads do not spin on Windows


def test_libraries_in_a_folder_that_the_package_adds_are_found(laboratory: Laboratory) -> None:
    """NumPy's own door for those who pack it: ``_distributor_init_local.py``."""
    prefix = laboratory.venv("numpy", name="repacked")
    site = site_of(laboratory, prefix)
    (site / "numpy" / "DLLs").mkdir()
    for library in (site / "numpy.libs").iterdir():
        library.rename(site / "numpy" / "DLLs" / library.name)
    (site / "numpy.libs").rmdir()
    record = site / "numpy-1.26.4.dist-info" / "RECORD"
    write(record, record.read_text().replace("numpy.libs/", "numpy/DLLs/"))
    hook = "import os\nos.add_dll_directory(os.path.join(os.path.dirname(__file__), 'DLLs'))\n"
    write(site / "numpy" / "_distributor_init_local.py", hook)
    quiet(laboratory.check(prefix))


def test_libraries_in_library_bin_are_found_in_a_prefix_like_condas(laboratory: Laboratory) -> None:
    prefix = laboratory.venv("numpy", name="like conda")
    site, shared = site_of(laboratory, prefix), laboratory.path(rf"{prefix}\Library\bin")
    shared.mkdir(parents=True)
    for library in (site / "numpy.libs").iterdir():
        library.rename(shared / library.name)
    record = site / "numpy-1.26.4.dist-info" / "RECORD"
    write(record, record.read_text().replace("numpy.libs/", "../../Library/bin/"))
    quiet(laboratory.check(prefix))


def test_an_installation_itself_is_healthy(laboratory: Laboratory) -> None:
    seen = laboratory.check(BASE, watch=False)
    quiet(seen)
    assert [link["kind"] for link in seen.document["patient"]["origin"]] == ["python.org"]


# --- broken ---


def test_a_library_that_is_gone_is_named(laboratory: Laboratory) -> None:
    prefix = laboratory.venv("numpy", name="gone")
    (library,) = (site_of(laboratory, prefix) / "numpy.libs").iterdir()
    remove(library)
    seen = laboratory.check(prefix)
    assert (seen.codes(), seen.status) == ({"PKG004", "BLA007"}, 1)
    assert f"Not found: {library.name}" in seen.accusations()


def test_an_extension_that_is_cut_off_does_not_load(laboratory: Laboratory) -> None:
    prefix = laboratory.venv("numpy", name="cut off")
    (extension,) = (site_of(laboratory, prefix) / "numpy" / "core").glob("_multiarray_umath*.pyd")
    write(extension, extension.read_bytes()[:400_000])
    seen = laboratory.check(prefix)
    assert (seen.codes() & {"BLA007"}, seen.status) == ({"BLA007"}, 1)


@pytest.mark.parametrize(
    "name, text", [("sitecustomize.py", 'raise RuntimeError("boom")\n'), ("x.pth", "import gone\n")]
)
def test_what_fails_at_each_start_is_named(laboratory: Laboratory, name: str, text: str) -> None:
    prefix = laboratory.venv(name="start")
    write(site_of(laboratory, prefix) / name, text)
    seen = laboratory.check(prefix)
    assert (seen.codes(), seen.status) == ({"PY013"}, 0)
    assert rf"{prefix}\Lib\site-packages\{name}" in seen.accusations()


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("import time; time.sleep(1000)", marks=pytest.mark.slow),
        "import os; os._exit(0)",
        pytest.param("import os; os.abort()", marks=pytest.mark.slow),
    ],
)
def test_a_python_that_does_not_start_names_what_stops_it(laboratory: Laboratory, code: str) -> None:
    prefix = laboratory.venv(name="stopped")
    write(site_of(laboratory, prefix) / "sitecustomize.py", f"{code}\n")
    seen = laboratory.check(prefix, "--timeout", "20")  # seconds; a start takes one under Wine, or more
    assert (seen.codes(), seen.status) == ({"PY013"}, 1)
    assert rf"{prefix}\Lib\site-packages\sitecustomize.py" in seen.accusations()


def test_a_crash_of_windows_is_told_in_words(laboratory: Laboratory) -> None:
    prefix = laboratory.venv(name="crash")
    write(site_of(laboratory, prefix) / "sitecustomize.py", "import ctypes; ctypes.string_at(0)\n")
    seen = laboratory.check(prefix)
    assert "access violation" in seen.accusations()


@pytest.mark.slow
def test_an_environment_without_its_python_names_the_file(laboratory: Laboratory) -> None:
    prefix = laboratory.venv(name="lost")
    remove(laboratory.path(rf"{prefix}\Scripts\python.exe"))
    seen = laboratory.check(prefix)
    assert "PY008" in seen.codes() and seen.status == 1
    assert rf"{prefix}\Scripts\python.exe" in seen.accusations()


# --- the patient, when none is named ---


def test_an_alias_of_the_store_is_not_taken_for_a_python(laboratory: Laboratory) -> None:
    folder = laboratory.path(APPS)
    for name in ("python.exe", "python3.exe"):
        write(folder / name, b"", 0o755)
    receipt = write(laboratory.path(rf"{DOCTOR}\uv-receipt.toml"), "")
    try:
        start = "import sys; sys.argv = ['envdoctor', 'info']; from envdoctor.start import main; main()"
        argv = [rf"{DOCTOR}\Scripts\python.exe", "-c", start]
        told = laboratory.run(argv, {"PATH": rf"{APPS};{BASE}"}, cwd=laboratory.folder("empty"))
        assert rf"{ntpath.basename(BASE)}\python.exe" in told.raw.decode("cp1252"), (
            told.stdout
        )  # whose it is, is left out
        none = laboratory.run(argv, {"PATH": APPS}, cwd=laboratory.folder("empty"))
        assert "opens the Store" in none.stderr and none.status != 0
    finally:
        remove(receipt)
        for name in os.listdir(folder):
            remove(folder / name)


@pytest.mark.slow
def test_a_python_in_the_registry_is_at_hand(laboratory: Laboratory) -> None:
    """PEP 514: python.org's installer writes it, and nothing needs to be on PATH."""
    key = r"Software\Python\PythonCore\3.12"
    code = f"import winreg as w; k = w.CreateKey(w.HKEY_CURRENT_USER, r'{key}\\InstallPath'); "
    code += f"w.SetValueEx(k, '', 0, w.REG_SZ, r'{BASE}'); w.SetValueEx(k, 'ExecutablePath', 0, w.REG_SZ, r'{BASE}\\python.exe')"
    assert laboratory.run([rf"{BASE}\python.exe", "-c", code]).status == 0
    seen = laboratory.check(laboratory.venv(), environ={"LOCALAPPDATA": r"C:\nowhere"})
    assert seen.document["facts"]["tools"]["pythons"] == {"3.12": rf"{BASE}\python.exe"}


# --- what is written ---

# Words with ``%`` are left out: Wine's cmd.exe keeps the caret that Microsoft's takes away.
WORDS = ["two words", "a&b", 'a"b', "C:\\a b\\"]
MORE_WORDS = ["a|b", "x<2,>=1", "(a)", "a^b", "a\\\\", "", "!x", "a=b"]


@pytest.mark.parametrize("word", [*WORDS, *(pytest.param(word, marks=pytest.mark.slow) for word in MORE_WORDS)])
def test_a_word_reaches_a_program_through_cmd_as_it_is(laboratory: Laboratory, word: str) -> None:
    """Typed, not by ``cmd /c``; the Python by a variable, for Wine reads what is typed in a code page of its own."""
    code = "import sys; print(ascii(sys.argv[1:]))"
    typed = f'"%PY%" -I -c {Cmd().quote(code)} {Cmd().quote(word)}\r\nexit\r\n'.encode("ascii")
    told = laboratory.run(["cmd", "/q", "/d"], {"PY": rf"{BASE}\python.exe"}, data=typed)
    (said,) = [line[line.index("['") :] for line in told.stdout.splitlines() if "['" in line]
    assert ast.literal_eval(said) == [word]


def test_the_shell_that_starts_us_is_seen(laboratory: Laboratory) -> None:
    prefix = laboratory.venv(name="shell")
    typed = b'"%PY%" -m envdoctor info --python "%ENV%" --format json\r\nexit\r\n'
    given = {"PY": rf"{DOCTOR}\Scripts\python.exe", "ENV": prefix}
    told = laboratory.run(["cmd", "/q", "/d"], given, data=typed)
    assert '"shell": "cmd"' in told.stdout


@pytest.mark.slow
def test_a_script_of_fixes_is_powershells_with_a_mark(laboratory: Laboratory) -> None:
    prefix = laboratory.venv("numpy", name="Straße")
    (library,) = (site_of(laboratory, prefix) / "numpy.libs").iterdir()
    remove(library)
    target = rf"{prefix}\..\fix.ps1"
    laboratory.check(prefix, "--fix-script", target)
    written = (laboratory.path(prefix).parent / "fix.ps1").read_bytes()
    assert written.startswith(b"\xef\xbb\xbf# Run in PowerShell")
    assert "Straße".encode() in written and b"$LASTEXITCODE" in written


@pytest.mark.slow
def test_letters_of_the_code_page_are_written_as_they_are(laboratory: Laboratory) -> None:
    told = laboratory.envdoctor("check", "--python", laboratory.venv(name="Größe"))
    assert "Größe" in told.raw.decode("cp1252")
    assert "\\xf6" not in told.raw.decode("cp1252")
