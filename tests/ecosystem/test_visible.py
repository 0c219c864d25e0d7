"""What the variables that choose GPUs leave: the model against what a driver answered."""

import pytest

from envdoctor.ecosystem.visible import by_number, cuda_visible, on_purpose

UUID = "GPU-05079c53-8513-015f-cc49-84f49c19ba56"
# One H100 with this identifier, driver 580.159.04, 2026-11-27: cuInit's answer in a fresh process, and the devices.
MEASURED = [
    ("", 100, None),
    ("-1", 100, None),
    ("99", 100, None),
    ("garbage", 100, None),
    ("NoDevFiles", 100, None),
    ("all", 100, None),
    ("none", 100, None),
    ("void", 100, None),
    ("cuda:0", 100, None),
    ("GPU-0", 0, 1),
    ("MIG-0", 0, 1),
    ("0", 0, 1),
    (" 0", 0, 1),
    ("0 ", 0, 1),
    ("+0", 0, 1),
    ("00", 0, 1),
    ("0x0", 0, 1),
    ("0,0", 101, None),
    ("0,99", 0, 1),
    ("99,0", 100, None),
    ("0;1", 0, 1),
    ("'0'", 100, None),
    ("1", 100, None),
    (UUID, 0, 1),
    ("GPU-05079c53", 0, 1),
    ("GPU-05079C53-8513-015F-CC49-84F49C19BA56", 0, 1),
    ("05079c53-8513-015f-cc49-84f49c19ba56", 100, None),
    ("GPU-05079c53-8513-015f-cc49-84f49c19ba50", 100, None),
    (f"{UUID},{UUID}", 101, None),
]


@pytest.mark.parametrize(("value", "code", "devices"), MEASURED)
def test_the_model_agrees_with_a_real_driver(value: str, code: int, devices: int | None) -> None:
    found = cuda_visible(value, [UUID])
    answered = 101 if found is None else 0 if found else 100
    assert (answered, len(found) if found else None) == (code, devices)


@pytest.mark.parametrize(
    ("value", "expected"), [("1,0", [1, 0]), (" 1 , 0", [1, 0]), ("1,-1,0", [1]), ("2", []), ("", [])]
)
def test_numbers_are_taken_in_their_order_up_to_the_first_that_names_none(value: str, expected: list[int]) -> None:
    assert cuda_visible(value, ["", ""]) == expected


def test_a_number_of_many_digits_is_none_of_the_devices() -> None:
    assert cuda_visible("9" * 5000, [""]) == []


@pytest.mark.parametrize(("value", "expected"), [("0", [0]), ("0.1,1", [0, 1]), ("gfx", []), ("4", []), ("-1", [])])
def test_amds_and_intels_variables_name_devices_by_number(value: str, expected: list[int]) -> None:
    assert by_number(value, 2) == expected


def test_what_is_written_to_hide_them_is_told_from_a_mistake() -> None:
    assert all(on_purpose(value) for value in ("", " ", "-1", "NoDevFiles", "none"))
    assert not any(on_purpose(value) for value in ("all", "99", "cuda:0", "'0'", "-2"))
