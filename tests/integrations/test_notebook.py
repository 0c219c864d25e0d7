"""``%why`` in a notebook: in a real kernel, and without one."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import envdoctor
from envdoctor.integrations import notebook


class Shell:
    """Keeps what an extension registers."""

    def __init__(self) -> None:
        self.magics: dict[str, Callable[[str], None]] = {}
        self.hooks: dict[str, Callable[[notebook.Result], None]] = {}
        self.events = self

    def register_magic_function(self, func: Callable[[str], None], magic_kind: str, magic_name: str) -> None:
        self.magics[f"{magic_kind} {magic_name}"] = func

    def register(self, event: str, function: Callable[[notebook.Result], None]) -> None:
        self.hooks[event] = function


def test_the_extension_brings_the_magic_and_its_offer() -> None:
    shell = Shell()
    envdoctor.load_ipython_extension(shell)  # type: ignore[operator]
    assert list(shell.magics) == ["line why"]
    assert list(shell.hooks) == ["post_run_cell"]


@pytest.mark.parametrize(
    ("error", "offered"),
    [(ModuleNotFoundError("No module named 'zmq'"), True), (KeyError("temperature"), False), (None, False)],
)
def test_only_an_error_that_is_known_is_offered(
    error: BaseException | None, offered: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook.offer(SimpleNamespace(error_in_exec=error, error_before_exec=None))
    assert (capsys.readouterr().err == notebook.OFFER) is offered


def test_without_an_error_there_is_nothing_to_explain(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delattr(sys, "last_value", raising=False)
    notebook.why("")
    assert "no cell has failed yet" in capsys.readouterr().err


def run_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *sources: str) -> list[list[dict[str, Any]]]:
    """The outputs of cells that a real kernel has run."""
    import nbformat
    from nbclient import NotebookClient

    for name in ("JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "JUPYTER_CONFIG_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    kernel = tmp_path / "JUPYTER_DATA_DIR" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    argv = f'["{sys.executable}", "-m", "ipykernel_launcher", "-f", "{{connection_file}}"]'
    (kernel / "kernel.json").write_text(f'{{"argv": {argv}, "display_name": "x", "language": "python"}}')
    cells = [
        nbformat.v4.new_code_cell(source)  # type: ignore[no-untyped-call]
        for source in sources
    ]
    book = nbformat.v4.new_notebook(cells=cells)  # type: ignore[no-untyped-call]
    NotebookClient(
        book,
        timeout=120,
        kernel_name="python3",
        allow_errors=True,
        resources={"metadata": {"path": os.fspath(tmp_path)}},
    ).execute()
    return [cell.outputs for cell in book.cells]


@pytest.mark.real
def test_a_failed_cell_of_a_real_kernel_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cells = run_cells(
        tmp_path,
        monkeypatch,
        "%load_ext envdoctor",
        "import zmq_of_nobody",
        "%why",
        "%why libGL.so.1: cannot open shared object file",
    )
    shown = ["".join(str(output.get("text", "")) for output in outputs) for outputs in cells]
    assert shown[0] == ""
    assert notebook.OFFER in shown[1]
    assert "`zmq_of_nobody` is not installed for" in " ".join(shown[2].split())
    assert "needs OpenGL's library" in " ".join(shown[3].split())


@pytest.mark.real
def test_a_report_in_a_real_kernel_is_text_where_text_is_asked_for_and_else_a_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = run_cells(
        tmp_path,
        monkeypatch,
        "import envdoctor\nreport = envdoctor.check()",
        "print(report)",
        "[len(str(report).splitlines()), repr(report), len(report.findings)]",
        "report",
        "sorted(report.to_dict())[:3]",
    )
    assert cells[0] == []
    ((printed,), (values,), (page,), (keys,)) = cells[1:]
    assert printed["text"].splitlines()[0].startswith("envdoctor ")
    assert "the running process" in printed["text"]
    assert values["data"]["text/plain"].count("<envdoctor report on ") == 1
    assert page["data"]["text/html"].startswith("<style>")
    assert page["data"]["text/plain"].startswith("<envdoctor report on ")
    assert keys["data"]["text/plain"] == "['checks', 'facts', 'findings']"
