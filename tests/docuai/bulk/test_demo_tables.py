"""The two tables to try: the clean one is clean, the messy one holds 14 faults of 14 kinds, at the rows that are promised."""

import json
from pathlib import Path

import pytest

from docuai.bulk import demo_tables
from docuai.bulk.applying import Applied
from docuai.bulk.fields import fields_of, with_delivery_email
from docuai.bulk.suggesting import mapping_of, suggest
from docuai.bulk.table_validation import TableValidation
from docuai.bulk.tables.inspecting import inspect_table
from docuai.bulk.tables.reading import open_table
from docuai.bulk.validating import RowValidator

SCHEMA = json.loads(
    (Path(__file__).parents[3] / "docuai/library/starters/certificate/schema.json").read_text(encoding="utf-8")
)


@pytest.fixture
def checked(tmp_path):
    def validated(name, content):
        place = tmp_path / name
        place.write_bytes(content)
        found = inspect_table(place, name)
        schema = with_delivery_email(SCHEMA)
        columns = [column.name for column in found.columns]
        suggestions = suggest(fields_of(schema), columns, [row.cells(found.columns) for row in found.preview])
        mapping = mapping_of(suggestions)
        applied = Applied(mapping, fields_of(schema), columns, sequence=lambda n, count: [f"UA-2026-{n:05}"] * count)
        check = TableValidation(RowValidator(schema), applied, columns)
        table = open_table(place, found.kind, found.dialect)
        faults = {n: fs for batch in check.batches(table.batches) for n, fs in batch.faults.items()}
        return found, mapping, check, faults

    return validated


def test_the_clean_table_needs_nobody(checked):
    found, mapping, check, faults = checked("people.csv", demo_tables.people())

    assert (found.found.rows, found.warnings, found.needs_confirmation) == (1000, (), False)
    assert faults == {}
    assert check.totals.ready == 1000
    columns = {entry.field: entry.source.columns for entry in mapping.entries}
    assert columns["name"] == ("first name", "last name")
    assert columns["issued_on"] == ("issued on",)
    assert columns["completed_on"] == ("completed on",)
    assert mapping.entry("number").source.kind == "sequence"


def test_the_clean_table_holds_the_names_that_break_things():
    text = demo_tables.people().decode()

    assert all(name in text for name in ("O'Brien", "Łukasz", "Ngọc"))
    addresses = [line.split(",")[2] for line in text.splitlines()[1:]]
    assert len(set(addresses)) == 1000
    assert all(address.endswith(".example") for address in addresses)


def test_the_messy_table_has_one_fault_of_each_kind(checked):
    found, mapping, check, faults = checked("people_messy.csv", demo_tables.people_messy())

    assert (found.dialect.encoding, found.dialect.delimiter, found.found.rows) == ("cp1252", ";", 212)
    assert found.needs_confirmation
    assert mapping.entry("issued_on").source.columns == ("fecha",)
    assert {number: [fault.code for fault in row] for number, row in faults.items()} == {
        9: ["required"],
        23: ["ambiguous_date"],
        31: ["too_big"],
        47: ["duplicate_row"],
        58: ["bad_email"],
        66: ["leading_equals"],
        84: ["unreadable_character"],
        97: ["cell_too_big"],
        103: ["no_such_date"],
        118: ["line_break"],
        126: ["ragged_row"],
        149: ["control_character"],
        171: ["not_a_number"],
        188: ["too_long"],
    }
    assert check.totals.ready == 198
