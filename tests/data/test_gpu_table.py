"""The table of drivers, devices and builds."""

from envdoctor.data import table


def test_every_row_of_the_table_has_a_source() -> None:
    document = table("gpu")
    assert document["as_of"]
    for rows in document.values():
        for row in rows if isinstance(rows, list) else ():
            assert row["source"].startswith("https://")
    assert all(row["seen"] for row in document["torch_index"])
