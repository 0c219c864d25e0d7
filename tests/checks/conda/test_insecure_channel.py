"""CON009 insecure-channel: loud and quiet."""

import pytest

from envdoctor.engine.remedies import Edit
from envdoctor.engine.rules import Severity
from envdoctor.facts import CondaSecret, CondaSetting
from envdoctor.testing import conda, findings
from envdoctor_checks.conda.insecure_channel import insecure_channel
from tests.checks.conda._shared import FILE, SYSTEM, configured, of_two


def test_plain_http_is_found_and_loopback_is_not() -> None:
    (finding,) = findings(insecure_channel, conda=configured("http://example.org/channel"))
    assert finding.severity == Severity.WARNING
    assert findings(insecure_channel, conda=configured("http://127.0.0.1:8080/x", "https://h/x")) == []


@pytest.mark.parametrize(
    ("readable", "shelter", "levels"),
    [(True, None, [Severity.WARNING]), (True, "/home/ada", [Severity.INFO]), (False, None, []), (None, None, [])],
)
def test_a_credential_that_others_can_read(readable: bool | None, shelter: str | None, levels: list[Severity]) -> None:
    secret = CondaSecret(file=FILE, channel="https://h/t/<redacted>/x", others_can_read=readable, shelter=shelter)
    assert [item.severity for item in findings(insecure_channel, conda=conda(secrets=[secret]))] == levels


def test_insecure_channels_are_named_with_the_file_that_has_them() -> None:
    (finding,) = findings(insecure_channel, conda=of_two(["a"], ["http://h.org/x"]))
    assert finding.evidence[0].value == f"http://h.org/x ({SYSTEM})"
    assert isinstance(finding.remedies[0], Edit) and finding.remedies[0].file == SYSTEM
    # A mirror in China, as many have it.
    mirror = "http://mirrors.tuna.tsinghua.edu.cn/anaconda"
    settings = {
        "default_channels": CondaSetting(value=[f"{mirror}/pkgs/main", f"{mirror}/pkgs/r"], sources=[FILE]),
        "custom_channels": CondaSetting(
            value=dict.fromkeys(("conda-forge", "bioconda"), f"{mirror}/cloud"), sources=[FILE]
        ),
    }
    (finding,) = findings(insecure_channel, conda=configured("defaults", settings=settings))
    assert finding.title.endswith(f"{mirror}/pkgs/main and 2 more") and len(finding.evidence) == 3
