"""pip and uv, which fill the same environments: the same wishes, each in its own words."""

from collections.abc import Iterable

from envdoctor.fixes.steps import Run, run

WHEELS_OF_TORCH = "https://download.pytorch.org/whl/"  # https://pytorch.org/get-started/locally/


class Pip:
    """``python`` fills the environment that it belongs to."""

    anew = ("--force-reinstall", "--no-deps")  # the files are laid down again, and nothing else is touched

    def __init__(self, python: str) -> None:
        self._pip: tuple[str, ...] = (python, "-m", "pip")

    @staticmethod
    def environment(python: str, folder: str) -> Run:
        """A new one for it, made by ``python``."""
        return run(python, "-m", "venv", folder)

    def install(self, *words: str) -> Run:
        return run(*self._pip, "install", *words)

    def remove(self, names: Iterable[str]) -> Run:
        return run(*self._pip, "uninstall", "--yes", *names)

    def from_index(self, names: Iterable[str], cuda: str, index: str) -> Run:
        """Other builds of what may be there, from the index that has those for this CUDA."""
        return self.install("--force-reinstall", "--index-url", index, *names)

    def companions(self, requirements: Iterable[str], backend: str) -> Run:
        """Some of torch's family, built for this backend (cpu, cu128), and nothing else with them."""
        return self.install(
            "--no-deps", "--force-reinstall", "--index-url", f"{WHEELS_OF_TORCH}{backend}", *requirements
        )


class Uv:
    """uv fills the environment of this prefix. It knows torch's indexes by the backend's name
    (https://docs.astral.sh/uv/guides/integration/pytorch/#automatic-backend-selection)."""

    anew = ("--reinstall", "--no-deps")

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix

    @staticmethod
    def environment(python: str, folder: str) -> Run:
        return run("uv", "venv", "--python", python, folder)

    def install(self, *words: str) -> Run:
        return run("uv", "pip", "install", "--python", self._prefix, *words)

    def remove(self, names: Iterable[str]) -> Run:
        return run("uv", "pip", "uninstall", "--python", self._prefix, *names)

    def from_index(self, names: Iterable[str], cuda: str, index: str) -> Run:
        return self.install(*self._again(names), f"--torch-backend=cu{cuda.replace('.', '')}", *names)

    def companions(self, requirements: Iterable[str], backend: str) -> Run:
        return self.install("--no-deps", *self._again(requirements), f"--torch-backend={backend}", *requirements)

    @staticmethod
    def _again(names: Iterable[str]) -> list[str]:
        return [word for name in names for word in ("--reinstall-package", name.partition("==")[0])]


Installer = Pip | Uv
