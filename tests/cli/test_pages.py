"""The page of a rule, and where the rule lives: a path that can be opened in the repository, or in a plug-in."""

import sys
from pathlib import Path

import pytest

import envdoctor_checks
from envdoctor.cli.pages import page
from envdoctor.engine.plugins import built_in, collect
from envdoctor.report.pages import module_of

CHECKS = Path(envdoctor_checks.__file__).parent.parent
SOURCE = """
from envdoctor.api import Rule, Severity, check
@check(Rule("MYX001", "made-up", Severity.INFO))
def examine(recorded):
    return ()
CHECKS = (examine,)
"""


def test_every_rule_of_ours_lives_where_its_page_says() -> None:
    known = built_in(fleets=True)
    for registered in known.checks:
        path = module_of(registered.check)
        code = (CHECKS / path).read_text(encoding="utf-8")
        for rule in registered.check.rules:
            assert page(known, rule.code).endswith(f"\n\nThe rule: `{path}`\n")
            assert rule.code in code


@pytest.mark.parametrize("module", ["pages_of_mine/__init__.py", "pages_of_mine/deep/rules.py", "pages_of_mine.py"])
def test_a_plug_ins_rule_is_named_with_its_plug_in(
    module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / module
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(SOURCE, encoding="utf-8")
    (file.parent / "made_up.md").write_text("# MYX001 made-up\n", encoding="utf-8")
    name = module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    info = tmp_path / "pages_of_mine-1.0.dist-info"
    info.mkdir()
    (info / "entry_points.txt").write_text(f"[envdoctor.checks]\nmine = {name}:CHECKS\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    for loaded in [it for it in sys.modules if it.partition(".")[0] == "pages_of_mine"]:
        monkeypatch.delitem(sys.modules, loaded)
    assert (
        page(collect(), "MYX001")
        == f"# MYX001 made-up\n\nSeverity: info\n\nThe rule: `{module}`, of the plug-in pages-of-mine\n"
    )
