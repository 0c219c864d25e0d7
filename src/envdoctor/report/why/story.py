"""What is so here about the module or the name that an error is about, in sentences, and what to do about it."""

from collections.abc import Callable

from msgspec import Struct

from envdoctor.ecosystem.names import normalise
from envdoctor.engine.remedies import Install, Manual, Remedy, Replace
from envdoctor.facts import Facts
from envdoctor.report.why import modules
from envdoctor.report.why.clues import Clues
from envdoctor.report.why.modules import Removed


class Place(Struct, frozen=True):
    """What an import would take here: a ``path``, its ``kind`` (package, module, namespace), whose it is."""

    path: str
    kind: str
    distribution: str = ""


Look = Callable[[str], Place | None]


class Story(Struct, frozen=True):
    """``means`` says what the name is, ``here`` what is so in this environment; ``proven``: that explains the error.
    ``elsewhere`` are sentences that hold where nothing here explains it: then it comes from another Python.

    ``remedies`` cure it; ``distribution`` is what brings the module (empty: not known).
    """

    means: tuple[str, ...] = ()
    here: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    proven: bool = False
    distribution: str = ""
    source: str = ""


class _Teller:
    """Collects the sentences of one story."""

    def __init__(self, facts: Facts, clues: Clues, look: Look | None) -> None:
        self.facts = facts
        self.clues = clues
        self.look = look
        self.means: list[str] = []
        self.here: list[str] = []
        self.elsewhere: list[str] = []
        self.remedies: list[Remedy] = []
        self.proven = False
        self.distribution = ""
        self.source = ""

    @property
    def python(self) -> str:
        return self.facts.patient.executable or self.facts.patient.prefix or "this Python"

    @property
    def version(self) -> str:
        return modules.python_version(self.facts)

    def story(self) -> Story:
        return Story(
            means=tuple(self.means),
            here=tuple(self.here),
            elsewhere=tuple(self.elsewhere),
            remedies=tuple(self.remedies),
            proven=self.proven,
            distribution=self.distribution,
            source=self.source,
        )

    def asker(self) -> str:
        """The distribution whose file asks for the name: that of the innermost frame in another package."""
        top = self.clues.top
        return next((name for name in self.clues.packages if name != top), "")

    def upgrade_asker(self) -> None:
        asker = self.asker()
        if not asker:
            return
        known = modules.installed(self.facts, modules.distribution_of(asker), asker)
        if known is None:
            self.remedies.append(Manual(f"Upgrade {asker}: its file asks for the name."))
            return
        name, version = known
        self.here.append(f"The file that asks for it belongs to {name} {version}".rstrip() + ".")
        requirement = f"{name}>{version}" if version[:1].isdigit() and version.isascii() else name
        self.remedies.append(Install((requirement,), title=f"upgrade {name}"))


def tell(clues: Clues, facts: Facts, look: Look | None = None) -> Story:
    """The story of ``clues``; ``look`` finds what an import takes here, ``None`` where that can't be looked up."""
    teller = _Teller(facts, clues, look)
    if clues.shadow:
        _shadowed(teller)
    if clues.module:
        _missing(teller, clues.module)
    elif clues.owner and clues.attribute:
        _lacking(teller, clues.owner, clues.attribute)
    return teller.story()


def _shadowed(teller: _Teller) -> None:
    teller.means.append(f"The file {teller.clues.shadow} is imported in the place of the module `{teller.clues.top}`.")
    teller.remedies.append(
        Manual(
            f"Rename {teller.clues.shadow} (and delete the __pycache__ folder beside it), then run the program again."
        )
    )
    teller.proven = True


def _missing(teller: _Teller, module: str) -> None:
    top = module.partition(".")[0]
    gone = modules.removed_module(module)
    if gone is not None and not (modules.installed(teller.facts, modules.backport(module)) and gone.since != "3.0"):
        _removed_from_standard(teller, module, gone)
    elif modules.is_standard(top):
        _standard(teller, module)
    else:
        _foreign(teller, module)


def _removed_from_standard(teller: _Teller, module: str, gone: Removed) -> None:
    teller.source = gone.source
    if gone.since == "3.0":
        teller.means.append(
            f"`{gone.name}` is a name of Python 2. In Python 3 it is `{gone.instead}`: the code is for Python 2."
        )
        teller.remedies.append(Manual("Use a newer release of the package, or change the import."))
        return
    replaced = f" Use {gone.instead} instead." if gone.instead != "nothing" else " Nothing replaces it."
    teller.means.append(f"`{gone.name}` was removed from the standard library in Python {gone.since}.{replaced}")
    if not teller.version:
        return
    if modules.newer_or_same(teller.version, gone.since):
        teller.here.append(f"{teller.python} is Python {teller.version}, which no longer has it.")
        teller.proven = True
        teller.upgrade_asker()
        if brings := modules.backport(module):
            teller.remedies.append(Install((brings,), title=f"until then, {brings} brings `{gone.name}` back"))
    else:
        teller.elsewhere.append(
            f"{teller.python} is Python {teller.version}, which still has it: the error comes from another Python."
        )


def _standard(teller: _Teller, module: str) -> None:
    top = module.partition(".")[0]
    added = modules.added_in(module)
    if added and teller.version and not modules.newer_or_same(teller.version, added):
        teller.means.append(f"`{module}` is a part of the standard library since Python {added}.")
        teller.here.append(f"{teller.python} is Python {teller.version}, which is older.")
        teller.remedies.append(
            Manual(f"Use Python {added} or newer, or an older release of the package that imports it.")
        )
        teller.proven = True
        return
    teller.means.append(f"`{module}` is a part of Python's own standard library: no package brings it.")
    if teller.look is None:
        return
    place = teller.look(module)
    if place is not None:
        teller.elsewhere.append(f"{teller.python} has it ({place.path}): the error comes from another Python.")
    elif top in modules.OPTIONAL:
        teller.here.append(f"{teller.python} was built without `{top}`.")
        teller.proven = True
    elif (file := teller.look(top)) is not None and module != top:
        own = (
            "a file that is not the standard library's"
            if file.distribution or "site-packages" in file.path
            else "its file"
        )
        teller.here.append(f"`{top}` is here ({own}: {file.path}), and has no `{module}`.")


def _foreign(teller: _Teller, module: str) -> None:
    top = module.partition(".")[0]
    distribution = modules.distribution_of(module)
    teller.distribution = distribution
    change = modules.change_of_module(module)
    place = teller.look(module) if teller.look is not None else None
    whole = modules.installed(teller.facts, distribution, top)
    if place is not None or (teller.look is None and whole is not None and change is None):
        _present(teller, module, place, whole)
        return
    first = teller.look(top) if teller.look is not None else None
    if first is not None or (teller.look is None and whole is not None):
        _part_missing(teller, module, first, change)
        return
    if change is not None and "." in module:
        _changed(teller, change, f"`{module}`")
    _absent(teller, module, distribution)


def _present(teller: _Teller, module: str, place: Place | None, whole: tuple[str, str] | None) -> None:
    owner = place.distribution if place is not None and place.distribution else whole[0] if whole else ""
    known = modules.installed(teller.facts, owner)
    said = f" ({' '.join(known)})" if known else ""
    where = f" at {place.path}" if place is not None else ""
    teller.elsewhere.append(
        f"`{module}` is here{said}{where}: the error comes from another Python, or from a program that was started before "
        "it was installed."
    )


def _part_missing(teller: _Teller, module: str, first: Place | None, change: Removed | None) -> None:
    top = module.partition(".")[0]
    owner = first.distribution if first is not None else ""
    known = modules.installed(teller.facts, owner, modules.distribution_of(top), top)
    said = f"{' '.join(known)} has" if known else "it has"
    if first is not None and first.kind == "module" and module != top:
        teller.here.append(f"`{top}` is a single file here ({first.path}), no package.")
        if not known:
            teller.remedies.append(Manual(f"Rename {first.path} if it is yours."))
    else:
        where = f" ({first.path})" if first is not None else ""
        teller.here.append(f"`{top}` is here{where}; {said} no `{module}`.")
    teller.proven = True
    wanted = modules.distribution_of(module)
    if change is not None:
        _changed(teller, change, f"`{module}`")
        teller.upgrade_asker()
    elif known and wanted and normalise(wanted) != normalise(known[0]):
        _other_brings_it(teller, module, wanted, known[0])
    elif known:
        teller.upgrade_asker()


def _other_brings_it(teller: _Teller, module: str, wanted: str, there: str) -> None:
    """The module is another distribution's: a part of a namespace, or two that exclude each other."""
    teller.distribution = wanted
    teller.means.append(f"`{module}` comes with {wanted}.")
    if (words := modules.note(module)) and normalise(there) == normalise(module.partition(".")[0]):
        teller.means.append(f"{words[0].upper()}{words[1:]}.")
        teller.remedies.append(Replace((there,), (wanted,)))
    else:
        teller.remedies.append(Install((wanted,)))


def _absent(teller: _Teller, module: str, distribution: str) -> None:
    top = module.partition(".")[0]
    words = modules.note(module)
    if distribution:
        known = modules.installed(teller.facts, distribution)
        same = normalise(distribution) == normalise(top)
        whose = f"`{top}`" if same else f"`{module}` comes with {distribution}, which"
        if known is not None:
            teller.here.append(
                f"{' '.join(known)} is installed, and its module `{top}` is not there: files of it are missing, or "
                "another folder hides it."
            )
            teller.remedies.append(Install((distribution,), force=True))
        else:
            teller.here.append(f"{whose} is not installed for {teller.python}.")
            teller.remedies.append(Install((distribution,)))
    elif (known := modules.installed(teller.facts, top)) is not None:
        teller.here.append(f"{' '.join(known)} is installed, and its module `{top}` is not there.")
        teller.remedies.append(
            Manual(
                f"If {known[0]} is installed from a folder of yours (`pip install -e`), install it again from where that is now."
            )
        )
        teller.remedies.append(Install((known[0],), force=True))
    else:
        teller.here.append(f"`{top}` is not installed for {teller.python}.")
        if not words:
            teller.remedies.append(
                Manual(
                    f"If `{top}` is your own module, start the program from the folder that holds it, or install your project. "
                    "If it is a package, look up its name first: it may differ from the module's, and the package of "
                    "that name on PyPI may be somebody else's."
                )
            )
    teller.proven = True
    if words:
        teller.means.append(f"`{module}`: {words}.")


def _lacking(teller: _Teller, owner: str, name: str) -> None:
    top = owner.partition(".")[0]
    change = modules.changed_name(owner, name) or modules.change_of_module(f"{owner}.{name}")
    if change is not None:
        _changed(teller, change, f"`{name}`")
        teller.upgrade_asker()
        return
    if teller.clues.shadow or modules.is_standard(top):
        return
    known = modules.installed(teller.facts, modules.distribution_of(owner), top)
    if known is not None:
        teller.here.append(f"{' '.join(known)} is installed here.")
        teller.distribution = known[0]
        if teller.asker():
            teller.upgrade_asker()


def _changed(teller: _Teller, change: Removed, what: str) -> None:
    """``what`` is gone since a version, or came with one: compare it with what is here."""
    teller.source = change.source
    library = f"Python {teller.version}" if not change.distribution else ""
    known = modules.installed(teller.facts, change.distribution) if change.distribution else None
    version = teller.version if not change.distribution else known[1] if known else ""
    here = library or (" ".join(known) if known else "")
    maker = change.distribution or "the standard library"
    if change.added:
        teller.means.append(f"{what} is in {change.owner} since {_of(change, change.added)}.")
        if version and not modules.newer_or_same(version, change.added):
            teller.here.append(f"Here is {here}, which is older.")
            teller.proven = True
            if change.distribution:
                teller.remedies.append(Install((f"{change.distribution}>={change.added}",), title=f"upgrade {maker}"))
            else:
                teller.remedies.append(
                    Manual(f"Use Python {change.added} or newer, or an older release of the package.")
                )
        return
    instead = f" Instead: {change.instead}." if change.instead else ""
    teller.means.append(f"{what} was taken out of {change.owner} in {_of(change, change.since)}.{instead}")
    if not version:
        return
    if modules.newer_or_same(version, change.since):
        teller.here.append(f"Here is {here}.")
        teller.proven = True
    else:
        teller.elsewhere.append(f"Here is {here}, which still has it: the error comes from another environment.")


def _of(change: Removed, version: str) -> str:
    return f"{change.distribution} {version}" if change.distribution else f"Python {version}"
