"""conda's environments, spoken to by conda, mamba or micromamba, whichever is at hand."""

from collections.abc import Mapping, Sequence

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.channels import canonical
from envdoctor.ecosystem.names import CHANNEL, CONDA, is_a, normalise
from envdoctor.ecosystem.origins import OriginKind
from envdoctor.ecosystem.requirements import name_in
from envdoctor.facts import Conda as CondaFacts
from envdoctor.facts import Distribution, present
from envdoctor.fixes.least import risks
from envdoctor.fixes.model import Applicability, Fix, unmarked
from envdoctor.fixes.names import conda_name, conda_spec
from envdoctor.fixes.source import again
from envdoctor.fixes.steps import Run, run
from envdoctor.fixes.target import Target

WHY = {"base": "base is conda's own", "frozen": "this environment is frozen (conda-meta/frozen)"}
DEFAULTS = ("pkgs/main", "pkgs/r", "pkgs/msys2", "pkgs/free")
MOST_NAMES = 60  # a longer command line is read by nobody
PLAN = "conda may change other packages with it; it shows its plan and asks first"


def reinstall(bedside: Target, specs: Sequence[str], force: bool = True) -> Fix:
    """Lay conda's own packages down where they are, those that are there again with ``force``: that repairs base, too."""
    if bedside.kind is OriginKind.PIXI:
        from envdoctor.fixes.tools.pixi import Pixi

        return Pixi(bedside).reinstall([spec.partition("=")[0] for spec in specs])
    if bedside.guard == "frozen":
        return Fix(
            title=f"the people who froze {bedside.prefix} have to repair it",
            steps=(),
            applicability=Applicability.MANUAL,
        )
    again = ("--force-reinstall",) if force else ()
    words = (bedside.conda_command(), "install", "--prefix", bedside.prefix, *again, *specs)
    return Fix(title="", steps=(run(*words),), applicability=Applicability.UNSAFE, reason=PLAN)


def channels_of(target: Target) -> list[str]:
    """Options that name the channels which the packages came from; none where the configuration has them all.

    Those that are configured keep their order and stand first.
    """
    conda = target.facts.conda
    if not isinstance(conda, CondaFacts) or not isinstance(conda.records, list) or not isinstance(conda.channels, list):
        return []
    used = {name for record in conda.records if (name := canonical(record.channel)) and "<" not in name}
    here = [canonical(name) for name in conda.channels]
    plain = {word for name in here for word in ((name, *DEFAULTS) if name == "defaults" else (name,))}
    if used <= plain or not all(is_a(CHANNEL, name) for name in (*here, *used)):
        return []
    named = dict.fromkeys(["defaults" if name in DEFAULTS else name for name in [*here, *sorted(used)]])
    return ["--override-channels", *(word for name in named for word in ("--channel", name))]


# conda's name of a package that is built for several accelerators, with the build strings of its CUDA builds
CUDA_BUILDS = {"torch": "pytorch=*=*cuda*", "jaxlib": "jaxlib=*=*cuda*", "tensorflow": "tensorflow=*=*cuda*"}


def build(target: Target, specs: Sequence[str]) -> Run:
    """These builds into the patient."""
    return run(*target.spoken(["conda", "install", "--prefix", target.prefix, *specs]))


def keep(target: Target, variables: Mapping[str, str], title: str) -> Fix:
    """Variables that conda sets at every activation
    (https://docs.conda.io/projects/conda/en/stable/commands/env/config/vars/set.html)."""
    command = ["conda", "env", "config", "vars"]
    pairs = [f"{name}={value}" for name, value in variables.items()]
    return Fix(
        title=f"{title}; it holds from the next activation on",
        steps=(run(*command, "set", "--prefix", target.prefix, *pairs),),
        applicability=Applicability.SAFE,
        undo=target.shell.run([*command, "unset", "--prefix", target.prefix, *variables]),
    )


class Conda:
    """An environment of the user's own, always named by its prefix.

    What pip has put into it is changed by pip: two installers over one package damage it.
    """

    def __init__(self, bedside: Target) -> None:
        self._bedside = bedside
        self._conda = bedside.conda_command()
        self._by_pip = {item.key for item in bedside.distributions if item.installer in ("pip", "uv")}

    def _command(self, verb: str, *words: str) -> list[str]:
        return [self._conda, verb, "--prefix", self._bedside.prefix, *words]

    def install(self, requirements: list[str], force: bool) -> Fix:
        pip = [unmarked(item) for item in requirements if normalise(name_in(item)) in self._by_pip]
        conda = [conda_spec(item) for item in requirements if normalise(name_in(item)) not in self._by_pip]
        steps = []
        if conda:
            steps.append(run(*self._command("install", *(["--force-reinstall"] if force else []), *conda)))
        if pip:
            flags = ["--force-reinstall", "--no-deps"] if force else []
            steps.append(run(self._bedside.python, "-m", "pip", "install", *flags, *pip))
        risk = "" if force else risks(pip, self._bedside.installed)
        old = [name for name in map(name_in, conda) if name]
        undo = (
            self._bedside.shell.run(self._command("remove", *old))
            if conda and not force and not self._present(old)
            else ""
        )
        return Fix(
            title="",
            steps=tuple(steps),
            applicability=Applicability.UNSAFE if conda or risk else Applicability.SAFE,
            reason="; ".join(filter(None, (PLAN if conda else "", risk))),
            undo=undo,
        )

    def _present(self, names: list[str]) -> bool:
        here = {item.key for item in self._bedside.distributions}
        return any(normalise(name) in here for name in names)

    def remove(self, names: list[str]) -> Fix:
        pip = [name for name in names if normalise(name) in self._by_pip]
        conda = [conda_name(name) for name in names if normalise(name) not in self._by_pip]
        steps = [run(self._bedside.python, "-m", "pip", "uninstall", "--yes", *pip)] if pip else []
        steps += [run(*self._command("remove", *conda))] if conda else []
        reason = "conda removes what depends on them, too; it shows its plan and asks first"
        return Fix(
            title="",
            steps=tuple(steps),
            applicability=Applicability.UNSAFE,
            reason=reason if conda else "your own code may import what is removed",
            undo=self._bedside.shell.run(self._command("install", *conda)) if conda else "",
        )

    def recreate(self, python: str) -> Fix:
        """A new environment beside the old one, which stays until it is no longer needed: of the same Python, from the
        same channels, with what was asked for of conda and of pip."""
        prefix = f"{self._bedside.prefix}-{f'py{python}' if python else 'new'}"
        if listed := ("" if python else self._bedside.project_file("environment.yml")):
            step = run(self._conda, "env", "create", "--prefix", prefix, "--file", listed)
            if self._conda == "micromamba":
                step = run(self._conda, "create", "--prefix", prefix, "--file", listed)
            steps, lost = [step], f"; what {listed} does not name does not come back"
        else:
            wanted = python or self._bedside.minor
            pip = [word for item in self._pips() if not item.url for word in again(item, exact=not python)]
            specs = [f"python={wanted}" if wanted else "python", *self._asked_for()]
            specs += ["pip"] if pip and "pip" not in specs else []
            steps = [run(self._conda, "create", "--prefix", prefix, *channels_of(self._bedside), *specs)]
            if pip:
                steps.append(run(self._conda, "run", "--prefix", prefix, "python", "-m", "pip", "install", *pip))
            others = [item.name for item in self._pips() if item.url]
            lost = f"; {', '.join(others)} came from elsewhere, and have to be brought back by hand" if others else ""
        return Fix(
            title=f"make an environment beside it{f' with Python {python}' if python else ''}: {prefix}",
            steps=tuple(steps),
            applicability=Applicability.UNSAFE,
            reason=f"it downloads a whole environment; the old one stays{lost}",
            undo=f"remove {prefix}, if it was not there before",
            patient=prefix,
        )

    def _pips(self) -> list[Distribution]:
        """What pip was asked for, most likely: no other distribution requires it."""
        from envdoctor.ecosystem.backports import needless

        found = [item for item in self._bedside.top_level if item.key in self._by_pip]
        superfluous = needless((item.key for item in found), self._bedside.minor)
        found = [item for item in found if item.key not in superfluous]
        return found if len(found) <= MOST_NAMES else []

    def _asked_for(self) -> list[str]:
        """The names that were asked for, by conda's records; without records, what no distribution requires."""
        conda = present(self._bedside.facts.conda)
        records = present(conda.records) if conda is not None else None
        if records is not None:
            asked = sorted({record.name for record in records if present(record.requested)})
            return [name for name in asked if is_a(CONDA, name) and name not in ("python", "conda", "mamba")]
        return [conda_name(item.name) for item in self._bedside.top_level if item.key not in self._by_pip]


class Base(Conda):
    """conda's base, or a prefix that is frozen (CEP 22): nothing is installed here, a new environment takes it."""

    def _name(self) -> str:
        project = self._bedside.project
        return paths.name(project.root).replace(" ", "-") if project else "work"

    def install(self, requirements: list[str], force: bool) -> Fix:
        wanted = self._bedside.minor
        specs = [f"python={wanted}" if wanted else "python", *map(conda_spec, requirements)]
        why = WHY.get(self._bedside.guard, "this Python belongs to the system")
        return Fix(
            title=f"in an environment of its own, {self._name()}",
            steps=(run(self._conda, "create", "--name", self._name(), *specs),),
            applicability=Applicability.UNSAFE,
            reason=f"{why}, so nothing is installed into it; activate the new environment to work in it",
            undo=f"remove the environment {self._name()}, if it was not there before",
        )

    def remove(self, names: list[str]) -> Fix:
        if self._bedside.guard == "frozen":
            return Fix(
                title=f"leave {' '.join(names)} to the people who keep this frozen environment",
                steps=(),
                applicability=Applicability.MANUAL,
            )
        return super().remove(names)

    def recreate(self, python: str) -> Fix:
        if self._bedside.guard == "frozen":
            return super().recreate(python)
        wanted = python or self._bedside.minor
        return Fix(
            title=f"make an environment{f' with Python {wanted}' if wanted else ''} and work in it: {self._name()}",
            steps=(run(self._conda, "create", "--name", self._name(), f"python={wanted}" if wanted else "python"),),
            applicability=Applicability.UNSAFE,
            reason="base keeps the Python that conda itself runs on; install what you need into the new environment",
            undo=f"remove the environment {self._name()}, if it was not there before",
        )
