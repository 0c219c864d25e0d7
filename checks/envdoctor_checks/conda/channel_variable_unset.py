"""CON023: A channel's URL names a variable that is not set."""

from collections.abc import Iterator

from envdoctor.api import Conda, Evidence, Finding, Manual, NotApplicable, Rule, Severity, check

CON023 = Rule("CON023", "channel-variable-unset", Severity.WARNING, guide=("pkg-4",))


@check(CON023)
def channel_variable_unset(conda: Conda) -> Iterator[Finding]:
    if not conda.config_files and not conda.settings:
        raise NotApplicable("no configuration")
    for name, source in conda.unset.items():
        yield Finding(
            CON023,
            name,
            (Evidence(source, f"a channel names ${name}"), Evidence(name, "not set")),
            f"a channel's URL names the variable {name}, which is not set",
            "conda then asks for the URL with the variable's name in it: the server refuses, and no package can be "
            "installed.",
            remedies=(
                Manual(
                    f"set {name} where your shell or job starts, to the token or name that the channel's owner gave you"
                ),
            ),
        )
