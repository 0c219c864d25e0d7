"""The tables of drivers, devices and builds."""

from msgspec import Struct

from envdoctor.data import table
from envdoctor.ecosystem import accelerators
from envdoctor.ecosystem.versions import numbers


class Seen(Struct):
    index: str = ""
    seen: str = ""


def test_an_index_that_the_tests_cannot_ask_has_the_day_on_which_it_was_seen() -> None:
    rows = [row for kind in ("build", "rocm", "xpu") for row in table("gpu_builds", kind, Seen)]
    assert any(row.index for row in rows)
    assert all(row.seen for row in rows if row.index)


def test_an_architecture_ends_after_it_begins_and_has_one_row() -> None:
    rows = table("gpu", "architecture", accelerators.Architecture)
    assert all(not row.last or row.first < row.last for row in rows)
    capabilities = [item for row in rows for item in row.capabilities]
    assert len(capabilities) == len(set(capabilities))


def test_an_index_of_pytorch_is_named_after_its_cuda() -> None:
    for row in table("gpu_builds", "build", accelerators.Offer):
        if row.package == "torch":
            assert row.index.endswith("cu" + row.cuda.replace(".", ""))
        assert all(numbers(word) for word in (row.cuda, row.last, *row.python))
