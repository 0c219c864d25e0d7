"""Remedies, which are intents, turned into commands of the tool that made the patient."""

import os
from typing import Any

from msgspec import Struct

from envdoctor.facts import Facts, Missing, Packages
from envdoctor.rules import (
    Edit,
    Install,
    InstallBuild,
    KeepEnv,
    Manual,
    Recreate,
    Remedy,
    Remove,
    Replace,
    Run,
    SetEnv,
    UnsetEnv,
)

SYSTEM_KINDS = ("debian", "fedora", "alpine", "arch", "os-package")


class Fix(Struct, frozen=True):
    """What to do: ``steps`` are {"argv": […]}, {"setenv": {…}}, {"unsetenv": […]} or {"edit": {"file", "change"}}.

    ``applicability``: safe (can be undone, harms nothing), unsafe (``reason`` says why), manual (words only).
    """

    title: str
    steps: tuple[dict[str, Any], ...]
    applicability: str
    reason: str = ""
    undo: str = ""
    verify: dict[str, Any] = {}


class Toolbox:
    """Knows the patient's own tool, and speaks it."""

    def __init__(self, facts: Facts) -> None:
        patient = facts.patient
        self.prefix = patient.prefix or ""
        self.python = patient.executable or "python"
        self.kind = patient.origin[0].kind if patient.origin else "unknown"
        self.environment = facts.prefix.configuration is not None or facts.prefix.conda_meta
        self.base_python = facts.prefix.home
        self.windows = not isinstance(facts.system, Missing) and facts.system.platform == "win32"
        self.project = facts.project.root if facts.project and not isinstance(facts.project, Missing) else ""
        packages = facts.packages
        self.has_pip = isinstance(packages, Packages) and any(item.key == "pip" for item in packages.distributions)

    def fix(self, remedy: Remedy, code: str) -> Fix:
        """The fix that carries out ``remedy`` here; `envdoctor check --select CODE` verifies it."""
        fix = self._fix(remedy)
        verify = {"argv": ["envdoctor", "check", "--python", self.prefix or self.python, "--select", code]}
        return Fix(fix.title, fix.steps, fix.applicability, fix.reason, fix.undo, verify)

    def _fix(self, remedy: Remedy) -> Fix:
        match remedy:
            case SetEnv(variables, title):
                words = " and ".join(f"{name}={value}" for name, value in variables.items())
                return Fix(
                    title or f"set {words}", ({"setenv": variables},), "safe", undo=f"unset {' '.join(variables)}"
                )
            case KeepEnv(variables, title):
                return self._keep(variables, title)
            case UnsetEnv(names, title):
                return Fix(
                    title or f"unset {' and '.join(names)}",
                    ({"unsetenv": list(names)},),
                    "safe",
                    undo="set it again where it was set",
                )
            case Install(requirements, force, title):
                return self._install(list(requirements), force, title)
            case InstallBuild():
                from envdoctor import builds

                return Fix(*builds.replace(remedy, self.kind, self.prefix, self._pip))
            case Remove(names, title):
                return self._remove(list(names), title)
            case Replace(remove, install, title):
                out, back = self._remove(list(remove), title), self._install(list(install), True, "")
                words = title or f"{out.title}, then {back.title}"
                return Fix(words, (*out.steps, *back.steps), "unsafe", out.reason, "install what was there before")
            case Recreate(python, title, reason):
                return self._recreate(python, title, reason)
            case Edit(file, change, title):
                edit = {"edit": {"file": file, "change": change}}
                return Fix(title or f"edit {file}", (edit,), "manual")
            case Run(title, argv, safe, reason, undo):
                return Fix(title, ({"argv": list(argv)},), "safe" if safe else "unsafe", reason, undo)
            case Manual(title):
                return Fix(title, (), "manual")

    def _keep(self, variables: dict[str, str], title: str) -> Fix:
        words = title or "keep it with the environment"
        pairs = [f"{name}={value}" for name, value in variables.items()]
        if self.kind in ("conda-env", "conda", "anaconda", "miniconda", "miniforge"):
            command = ["conda", "env", "config", "vars"]
            unset = " ".join([*command, "unset", "--prefix", self.prefix, *variables])
            argv = [*command, "set", "--prefix", self.prefix, *pairs]
            return Fix(f"{words}; it holds from the next activation on", ({"argv": argv},), "safe", undo=unset)
        if self.kind == "pixi":
            lines = "\n".join(f'{name} = "{value}"' for name, value in variables.items())
            edit = {"file": os.path.join(self.project or ".", "pixi.toml"), "change": f"[activation.env]\n{lines}"}
            return Fix(words, ({"edit": edit},), "manual")
        if self.environment and not self.windows:
            change = f"at the end: export {' '.join(pairs)}"
            edit = {"file": os.path.join(self.prefix, "bin", "activate"), "change": change}
            return Fix(f"{words}; it holds where the environment is activated", ({"edit": edit},), "manual")
        return Fix(
            f"{words}: set {' '.join(pairs)} where the program is started (job script, service, profile)", (), "manual"
        )

    def _pip(self, verb: str) -> list[str]:
        """The command that installs into, or removes from, exactly this prefix."""
        if self.kind in ("uv-venv", "uv-tool") or not self.has_pip:
            return ["uv", "pip", verb, "--python", self.prefix or self.python]
        return [self.python, "-m", "pip", verb]

    def _install(self, requirements: list[str], force: bool, title: str) -> Fix:
        words = title or f"install {' '.join(requirements)}"
        if self.kind in ("conda-env", "pixi", "conda", "anaconda", "miniconda", "miniforge", "micromamba"):
            names = [requirement.replace("==", "=") for requirement in requirements]
            if self.kind == "pixi":
                return Fix(
                    words, ({"argv": ["pixi", "add", *names]},), "unsafe", "pixi solves the whole environment again"
                )
            argv = ["conda", "install", "--prefix", self.prefix, *(["--force-reinstall"] if force else []), *names]
            return Fix(words, ({"argv": argv},), "unsafe", "conda may change other packages; it shows its plan first")
        if not self.environment:
            return Fix(
                f"{words}, in an environment of its own",
                (
                    {"argv": [self.python, "-m", "venv", ".venv"]},
                    {"argv": [self._in_venv(".venv"), "-m", "pip", "install", *requirements]},
                ),
                "unsafe",
                "this Python is not an environment: what is put into it concerns every program that uses it",
                "remove the folder .venv",
            )
        argv = self._pip("install")
        if force:
            argv += ["--reinstall", "--no-deps"] if argv[0] == "uv" else ["--force-reinstall", "--no-deps"]
        undo = "" if force else "install the version that was there before (see the evidence)"
        return Fix(words, ({"argv": [*argv, *requirements]},), "safe", undo=undo)

    def _remove(self, names: list[str], title: str) -> Fix:
        words = title or f"remove {' '.join(names)}"
        if self.kind in ("conda-env", "conda", "anaconda", "miniconda", "miniforge", "micromamba"):
            argv = ["conda", "remove", "--prefix", self.prefix, *names]
            return Fix(words, ({"argv": argv},), "unsafe", "conda removes what depends on them, too")
        argv = [*self._pip("uninstall"), *([] if self._pip("uninstall")[0] == "uv" else ["--yes"]), *names]
        return Fix(words, ({"argv": argv},), "unsafe", "other programs may use them", "install them again")

    def _recreate(self, python: str, title: str, reason: str) -> Fix:
        if not self.environment:  # a Python that others rely on, too: it stays as it is
            argv = ["uv", "venv", *(["--python", python] if python else []), ".venv"]
            return Fix("make an environment of its own", ({"argv": argv},), "safe", undo="remove the folder .venv")
        words = title or "make the environment anew"
        why = reason or "what is installed in the environment is removed; install it again from the project's list"
        if self.kind in ("uv-venv", "unknown"):
            argv = ["uv", "venv", "--clear", *(["--python", python] if python else []), self.prefix or ".venv"]
        elif self.kind in ("conda-env", "conda"):
            argv = ["conda", "create", "--prefix", self.prefix + "-new", f"python={python}" if python else "python"]
            why = reason or "it downloads a whole environment; the old one stays until you remove it"
        elif self.kind == "virtualenv":
            argv = ["virtualenv", "--clear", *(["--python", python] if python else []), self.prefix]
        elif self.kind == "poetry":
            argv = ["poetry", "env", "use", python or "python3"]
        elif self.kind == "pipx":
            argv = ["pipx", "reinstall", os.path.basename(self.prefix)]
        elif self.kind == "uv-tool":
            argv = ["uv", "tool", "install", "--reinstall", os.path.basename(self.prefix)]
        elif python:
            argv = [f"python{python}", "-m", "venv", "--clear", self.prefix]
        else:
            argv = ["python3", "-m", "venv", "--clear", self.prefix]
        return Fix(words, ({"argv": argv},), "unsafe", why)

    def _in_venv(self, folder: str) -> str:
        return rf"{folder}\Scripts\python" if self.windows else f"{folder}/bin/python"
