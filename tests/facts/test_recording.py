"""Facts survive their way through JSON, whatever they hold, and a damaged recording is told in one line."""

import enum
import json
import math
import types
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from envdoctor.checkup import Options, diagnose
from envdoctor.engine.configuration import Config
from envdoctor.engine.plugins import built_in
from envdoctor.engine.selection import Selection
from envdoctor.facts import Facts, Gpu, Layer, LayerStatus, Missing, Packages, schema
from envdoctor.facts.document import RecordingError, dump, record
from envdoctor.facts.recording import Memory, load
from envdoctor.privacy.redact import Redactor
from envdoctor.report.formats import Style, renderer
from envdoctor.report.formats import facts as listing
from envdoctor.report.report import Settings
from envdoctor.testing import blas, changed, cpu, distribution, facts, openblas, packages, patient, prefix
from envdoctor.testing import gpu as accelerators

RECORDINGS = sorted((Path(__file__).parent.parent / "recordings").glob("*.json"))
SURROGATE = "/site/\udcff.py"


# Two lone surrogates in a row are one character after JSON: what goes in has been through it.
TEXT = st.text(st.characters(exclude_categories=()), max_size=8).map(lambda text: json.loads(json.dumps(text)))


def strategy(wanted: Any) -> st.SearchStrategy[Any]:
    """Values of a type that facts are made of; text may hold lone surrogates, as file names do."""
    origin, arguments = typing.get_origin(wanted), typing.get_args(wanted)
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*map(strategy, arguments))
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        hints = typing.get_type_hints(wanted)
        return st.builds(
            wanted, **{field.name: strategy(hints[field.name]) for field in msgspec.structs.fields(wanted)}
        )
    if isinstance(wanted, type) and issubclass(wanted, enum.Enum):
        return st.sampled_from(list(wanted))
    if origin is list:
        return st.lists(strategy(arguments[0]), max_size=2)
    if origin is dict:
        # {"missing": …} alone is how an unknown value is written: no fact is a dictionary of that one key.
        text = st.text(max_size=5).filter(lambda key: key != "missing")
        return st.dictionaries(text, strategy(arguments[1]), max_size=2)
    plain = {
        str: TEXT,
        int: st.integers(-(2**53), 2**53),
        float: st.floats(allow_nan=False, allow_infinity=False),
        bool: st.booleans(),
        type(None): st.none(),
    }
    return plain[wanted]


def one_by_one() -> list[Any]:
    """The sections of `Facts`, each of which is tested for itself: all together they are too large to search."""
    return [pytest.param(name, hint, id=name) for name, hint in typing.get_type_hints(Facts).items()]


@pytest.mark.parametrize("name, hint", one_by_one())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_every_section_survives_its_way_through_json(name: str, hint: Any, data: st.DataObject) -> None:
    before = changed(facts(), **{name: data.draw(strategy(hint))})
    text = dump(record(before, "1.0"))
    assert text.isascii()
    assert load(text, "x") == before


@given(data=st.data())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_every_recording_is_valid(data: st.DataObject) -> None:
    name, hint = data.draw(st.sampled_from(list(typing.get_type_hints(Facts).items())))
    document = record(changed(facts(), **{name: data.draw(strategy(hint))}), "1.0")
    RECORDING.validate(json.loads(dump(document)))


# --- what is unknown ---

A_MISSING = changed(distribution("a"), version=Missing("x"), requires=Missing("y"))


@pytest.mark.parametrize(
    "sections, value",
    [
        ({"cpu": Missing("no /proc")}, lambda it: it.cpu),
        ({"cpu": cpu(4, quota=Missing("no cgroup"))}, lambda it: it.cpu.quota),
        ({"packages": packages(A_MISSING)}, lambda it: it.packages.distributions[0].version),
        ({"packages": packages(A_MISSING)}, lambda it: it.packages.distributions[0].requires),
        ({"blas": blas(openblas(threads=Missing("not loaded")))}, lambda it: it.blas.libraries[0].threads),
        ({"blas": blas(errors=Missing("x"))}, lambda it: it.blas.errors),
        ({"patient": patient(version=Missing("x"))}, lambda it: it.patient.version),
        ({"prefix": prefix(configuration=Missing("x"))}, lambda it: it.prefix.configuration),
        ({"project": Missing("x")}, lambda it: it.project),
    ],
)
def test_missing_stays_missing_at_any_depth(sections: dict[str, Any], value: Callable[[Any], Any]) -> None:
    before = facts(**sections)
    after = load(dump(record(before, "1.0")), "x")
    assert isinstance(value(after), Missing)
    assert after == before
    assert '{"missing": ' in dump(record(before, "1.0"))


def test_a_lone_surrogate_survives() -> None:
    before = facts(
        prefix=prefix(path=SURROGATE, site_packages=[SURROGATE], configuration={"home": SURROGATE}),
        packages=packages(unreadable={SURROGATE: SURROGATE}),
    )
    assert load(dump(record(before, "1.0")).encode("ascii"), "x") == before


# --- what later versions write ---


def document() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(dump(record(facts(packages=packages(distribution("numpy"))), "1.0")))
    return made


def test_a_later_minor_version_is_read_and_its_additions_are_passed_over() -> None:
    later = document()
    later["schema_version"] = "1.9"
    later["more"] = later["facts"]["weather"] = later["facts"]["cpu"]["temperature"] = [{"a": 1}]
    assert load(dump(later), "x") == facts(packages=packages(distribution("numpy")))


def test_what_an_earlier_version_did_not_write_takes_its_default() -> None:
    earlier = document()
    del earlier["facts"]["project"]
    del earlier["facts"]["packages"]["distributions"][0]["kind"]
    assert load(dump(earlier), "x") == facts(packages=packages(distribution("numpy")))


def test_a_report_is_a_recording_too() -> None:
    assert load(report(facts()), "x") == facts()


@pytest.mark.parametrize("version", ["2.0", "0.9", "10.0", "", "None", None, 2, {"a": 1}])
def test_another_major_version_is_refused(version: object) -> None:
    with pytest.raises(RecordingError, match=r"^x\.json: schema version .*; this envdoctor reads 1\.x$"):
        load(dump(document() | {"schema_version": version}), "x.json")


# --- what is damaged ---


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "x: not JSON: Expecting value: line 1 column 1 (char 0)"),
        (b"\xff\xfe\xff", "x: not JSON: "),
        ("{}", "x: no recording of envdoctor (make one with `envdoctor snapshot -o FILE`)"),
        ("[1, 2]", "x: no recording of envdoctor"),
        ("null", "x: no recording of envdoctor"),
        ('{"facts": [], "patient": {}}', "x: no recording of envdoctor"),
        ("[" * 200_000, "x: nested too deeply to be a recording"),
        ('{"facts": {"cpu": ' + '{"a":' * 200_000, "x: nested too deeply to be a recording"),
    ],
)
def test_what_is_no_recording_is_told_in_one_line(text: str | bytes, message: str) -> None:
    with pytest.raises(RecordingError) as error:
        load(text, "x")
    assert str(error.value).startswith(message)
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize(
    "change, what",
    [
        (lambda it: it["facts"].pop("cpu"), "missing `cpu` - at `$`"),
        (lambda it: it["facts"].update(start=None), "Expected `object`, got `null` - at `$.start`"),
        (lambda it: it["facts"]["prefix"].update(path=7), "Expected `str`, got `int` - at `$.prefix.path`"),
        (lambda it: it.update(patient="me"), "Expected `object`, got `str` - at `$.patient`"),
    ],
)
def test_damage_is_told_with_its_place(change: Callable[[dict[str, Any]], object], what: str) -> None:
    spoilt = document()
    change(spoilt)
    with pytest.raises(RecordingError) as error:
        load(dump(spoilt), "x")
    assert str(error.value) == f"x: damaged recording: {what}"


def unlike(document: dict[str, Any], section: str, field: str, value: object) -> Facts:
    document["facts"][section][field] = value
    return load(json.dumps(document), "x")  # as others write them: with numbers, too, that JSON does not have


@pytest.mark.parametrize(
    "section, field, value, said",
    [
        ("cpu", "quota", "\ud800", "Expected `number`, got `str` - at `$.cpu.quota`"),
        ("cpu", "quota", math.nan, "nan is no number in JSON - at `$.cpu.quota`"),
        ("cpu", "logical", "4", "Expected `int`, got `str` - at `$.cpu.logical`"),
        ("cpu", "logical", True, "Expected `int`, got `bool` - at `$.cpu.logical`"),
        ("packages", "distributions", None, "Expected `array`, got `null` - at `$.packages.distributions`"),
    ],
)
def test_a_value_of_another_type_costs_the_nearest_thing_that_may_be_unknown(
    section: str, field: str, value: object, said: str
) -> None:
    there = unlike(document(), section, field, value)
    part = getattr(there, section)
    known = part if isinstance(part, Missing) else getattr(part, field)
    assert known == Missing(f"damaged recording: {said}")
    words, _, place = said.partition(" - at ")
    assert there.start.hindered == f"the recording is damaged at {place.strip('`')}: {words}"
    assert there.interpreter == load(dump(document()), "x").interpreter  # another section


def test_an_entry_of_another_type_is_left_out_of_its_list_and_its_mapping() -> None:
    spoilt = record(facts(packages=packages(*map(distribution, "abc"), unreadable={"/x": "no", "/y": "no"})), "1")
    there = spoilt["facts"]["packages"]
    there["distributions"][1]["name"] = 1
    there["unreadable"]["/x"] = []
    read = load(dump(spoilt), "x")
    assert isinstance(read.packages, Packages)
    assert [item.name for item in read.packages.distributions] == ["a", "c"]
    assert read.packages.unreadable == {"/y": "no"}
    place = "$.packages.distributions[1].name: Expected `str`, got `int`"
    assert read.start.hindered == f"the recording is damaged at {place} and at 1 more places"


def test_a_damaged_recording_is_no_healthy_patient() -> None:
    spoilt = record(facts(packages=packages(distribution("numpy", "2.4.1"))), "1")
    spoilt["facts"]["packages"]["distributions"][0]["name"] = 1
    plan = Options(built_in(), Selection(), Config(), Settings())
    report = diagnose(load(dump(spoilt), "x"), plan, 0.0)
    assert (report.exit_code, report.status) == (3, "inconclusive")


def test_a_file_with_more_damage_than_sense_is_no_recording() -> None:
    spoilt = record(facts(packages=packages(*[distribution(f"d{number}") for number in range(60)])), "1")
    for item in spoilt["facts"]["packages"]["distributions"]:
        item["name"] = 1
    with pytest.raises(RecordingError, match=r"damaged recording: .*distributions\[0\]\.name"):
        load(dump(spoilt), "x")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(data=st.data(), junk=JSON)
@settings(deadline=None)
def test_junk_in_any_place_is_refused_or_read_but_never_a_crash(data: st.DataObject, junk: object) -> None:
    spoilt = document()
    place: Any = spoilt
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], (dict, list)) or not place[key] or data.draw(st.booleans()):
            place[key] = junk
            break
        place = place[key]
    try:
        load(dump(spoilt), "x")
    except RecordingError:
        pass


@given(st.binary(max_size=60))
def test_any_bytes_are_refused_in_words(data: bytes) -> None:
    with pytest.raises(RecordingError):
        load(data, "x")


# --- what is written is what the schema says ---

REPORT = Draft202012Validator(schema.report())
RECORDING = Draft202012Validator(schema.recording())


def report(*patients: Facts, indent: bool = False) -> str:
    plan = Options(built_in(), Selection(), Config(), Settings())
    return renderer("json")([diagnose(each, plan, 0.0) for each in patients], Style(indent=indent))


def test_the_schemas_are_schemas() -> None:
    Draft202012Validator.check_schema(schema.report())
    Draft202012Validator.check_schema(schema.recording())


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_documents_of_real_patients_are_valid(path: Path) -> None:
    read = load(path.read_bytes(), path.name)
    REPORT.validate(json.loads(report(read)))
    RECORDING.validate(json.loads(dump(record(read, "1.0"))))
    RECORDING.validate(json.loads(listing.render_json([read], Style())))
    RECORDING.validate(Redactor("/home/ada", "ada", "lab").document(record(read, "1.0")))


def test_several_reports_are_valid_together() -> None:
    REPORT.validate(json.loads(report(facts(), facts(cpu=Missing("x")), indent=True)))


@pytest.mark.parametrize(
    "change",
    [
        lambda it: it.pop("summary"),
        lambda it: it["summary"].update(status="fine"),
        lambda it: it["summary"]["counts"].update(error=-1),
        lambda it: it["facts"].update(cpu=None),
        lambda it: it["facts"]["cpu"].pop("logical"),
        lambda it: it["facts"].update(cpu={"missing": 1}),
        lambda it: it["patient"].update(executable=1),
    ],
)
def test_the_schema_refuses_what_is_no_report(change: Callable[[dict[str, Any]], object]) -> None:
    spoilt = json.loads(report(facts()))
    assert REPORT.is_valid(spoilt)
    change(spoilt)
    assert not REPORT.is_valid(spoilt)


def test_the_level_is_a_setting_and_no_fact_any_more() -> None:
    document = record(facts(), "0.1.0")
    assert "level" not in document["facts"]
    old = {**document, "facts": {**document["facts"], "level": "beginner"}}
    assert load(dump(old), "old.json") == facts()


def test_a_status_of_a_layer_that_is_not_known_here_is_no_pass() -> None:
    """A newer version may have learned another word for it."""
    place = accelerators(layers=[Layer(name="nvml", status=LayerStatus.FAILED, code=18)])
    text = dump(record(facts(gpu=place), "0")).replace('"failed"', '"reset-required"')
    there = load(text, "newer").gpu
    assert isinstance(there, Gpu)
    assert (there.layers[0].status, there.layers[0].code) == (LayerStatus.NOT_ASKED, 18)


def test_many_that_are_alike_are_read_as_each_alone() -> None:
    texts = [dump(record(facts(cpu=cpu(count)), "1.0")) for count in (1, 2, 3, 4, 5, 6, 1)]
    memory: Memory = {}
    together = [load(text, "x.json", memory) for text in texts]
    assert together == [load(text, "x.json") for text in texts]
    assert together[1].packages is together[0].packages and max(map(len, memory.values())) <= 4
    broken = json.loads(texts[0])
    broken["facts"]["prefix"]["path"] = 7
    for text in (json.dumps(broken), texts[0].replace('"start"', '"tarts"')):
        with pytest.raises(RecordingError) as alone:
            load(text, "x.json")
        with pytest.raises(RecordingError) as among:
            load(text, "x.json", memory)
        assert str(among.value) == str(alone.value)
