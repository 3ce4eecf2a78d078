"""Batches that show nothing odd go shorter ways: by columns, without the csv module. What comes out is the same."""

import json
from random import Random
from typing import Any

import pytest

from docuai.bulk.applying import Applied, Columns
from docuai.bulk.column_checks import ColumnChecks
from docuai.bulk.fields import fields_of
from docuai.bulk.mapping import Mapping
from docuai.bulk.naming import UniqueNames, file_names, leads_with_row, safe_name, slugs
from docuai.bulk.row_json import columns_json
from docuai.bulk.table_validation import TableValidation
from docuai.bulk.tables import delimited
from docuai.bulk.tables.errors import TableError
from docuai.bulk.tables.shapes import Dialect
from docuai.bulk.validating import RowValidator

COLUMNS = ("name", "town", "email", "hours", "grade", "out of", "day", "list", "lang")
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["name", "number"],
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 40},
        "number": {"type": "string", "maxLength": 40},
        "town": {"type": "string"},
        "email": {"type": ["string", "null"], "format": "email"},
        "hours": {"type": ["integer", "null"], "exclusiveMinimum": 0},
        "grade": {"type": ["number", "null"], "minimum": 0},
        "grade_max": {"type": ["number", "null"]},
        "day": {"type": "string", "format": "date"},
        "words": {"type": ["array", "null"], "items": {"type": "string"}, "maxItems": 3},
        "lang": {"type": "string", "enum": ["en", "es"]},
    },
    "allOf": [
        {
            "if": {"required": ["grade"], "properties": {"grade": {"type": "number"}}},
            "then": {"required": ["grade_max"], "properties": {"grade_max": {"type": "number"}}},
        }
    ],
}
MAPPING = Mapping.from_json(
    {
        "fields": {
            "name": {"source": "concatenate", "columns": ["name", "town"], "transforms": [{"kind": "trim"}]},
            "number": {"source": "sequence"},
            "town": {"source": "column", "column": "town", "transforms": [{"kind": "title"}]},
            "email": {"source": "column", "column": "email", "transforms": [{"kind": "trim"}, {"kind": "lower"}]},
            "hours": "hours",
            "grade": "grade",
            "grade_max": "out of",
            "day": "day",
            "words": "list",
            "lang": {"source": "column", "column": "lang", "transforms": [{"kind": "default", "value": "en"}]},
        }
    }
)
USUAL = {
    "name": ("Zoë", "Łukasz", "Ana", "O'Brien", "王芳", "Ngọc"),
    "town": ("Lima", "", "valle claro", "Íñigo"),
    "email": ("ana@andina.example", "", "ZOE@andina.example"),
    "hours": ("1", "60", "", "1.0"),
    "grade": ("9.5", "10", "0", "-0.0", ""),
    "out of": ("10", "10.0"),
    "day": ("2026-11-24", "24/11/2026"),
    "list": ("a;b", "", "a"),
    "lang": ("en", "es", ""),
}
ODD = (
    "", " ", "=1+1", " =x", 'say "x"', "a,b", "two\nlines", "back\\slash", "tab\there", "e\u0301", "\u0301", "\x00", "\x1f",
    "\x85", "\u2028", "\ufffd", "\u200b", "\u00a0", "\u1100\u1161\u11a8", "2026-13-01", "-3", "1e999", "nan", "true", "x" * 60,
    "x" * 9000, "nobody@", "[1, 2]", "31/12/2026", "a" * 33_000, "\U0001f600", "\x7f",
)  # fmt: skip


def table(random, odd):
    """Rows of the usual, some of them with an odd cell, a missing or additional one, or nothing in them."""
    lines = []
    for number in range(random.choice((3, 40, 260, 1400))):
        row = [random.choice(USUAL[name]) for name in COLUMNS]
        row[0] += f" {number}" if random.random() < 0.995 else ""
        if random.random() < odd:
            change = random.random()
            if change < 0.7:
                row[random.randrange(len(row))] = random.choice(ODD)
            elif change < 0.8:
                row = row[: random.randrange(len(row))]
            elif change < 0.9:
                row.append(random.choice(("", "more")))
            else:
                row = [""] * random.randrange(len(row))
        quoted = [f'"{cell.replace(chr(34), chr(34) * 2)}"' if set('",\n') & set(cell) else cell for cell in row]
        lines.append(",".join(quoted))
    end = random.choice(("\n", "\r\n", "\r"))
    return end.join([",".join(COLUMNS), *lines, *([""] if random.random() < 0.5 else [])])


def outcome(path, base):
    """All that comes out of a table: values, faults, totals, extremes, stored JSON, file names."""
    dialect = Dialect(encoding="utf-8", delimiter=",", header_row=1)
    numbers = lambda first, count: [f"{number:05}" for number in range(first, first + count)]  # noqa: E731
    applied = Applied(MAPPING, fields_of(SCHEMA), COLUMNS, base=base, sequence=numbers)
    check = TableValidation(
        RowValidator(SCHEMA), applied, COLUMNS, coverage=lambda text: "\U0001f600" * ("\U0001f600" in text)
    )
    found: list[Any] = []
    stored: list[Any] = []
    names = UniqueNames()
    try:
        for batch in check.batches(delimited.read_batches(path, dialect, len(COLUMNS))):
            found += [(row.number, row.source, row.values, row.faults) for row in batch.rows()]
            ready = batch.ready()
            texts = [[piece] * len(ready.numbers) if isinstance(piece, str) else piece for piece in ready.json()]
            stored += [json.dumps(json.loads("".join(row)), sort_keys=True) for row in zip(*texts, strict=True)]
            given = file_names(
                "{name:slug} {row}", ready.column, rows=ready.numbers, extension="pdf", languages=ready.column("lang")
            )
            stored += names.give_all(given)
            stored += [ready.column("words.0"), list(ready.column("gone"))]
    except TableError as error:
        return error.code, found
    picked = [(row.reason, row.number, row.field, row.empty_fields) for row in check.extremes.rows(COLUMNS)]
    return repr((found, stored, check.totals, picked))


@pytest.mark.parametrize("seed", range(60))
def test_the_short_ways_give_what_the_long_ones_give(seed, tmp_path, monkeypatch):
    random = Random(seed)
    path, base = tmp_path / "table.csv", random.choice(({}, {"lang": "es"}))
    path.write_text(table(random, odd=random.choice((0, 0.003, 0.1))), encoding="utf-8", newline="")

    fast = outcome(path, base)
    monkeypatch.setattr(delimited, "plain_batch", lambda *_: None)
    monkeypatch.setattr(ColumnChecks, "surely_valid", lambda *_: False)
    monkeypatch.setattr(Applied, "flat", lambda *_: None)

    assert fast == outcome(path, base)


def test_the_usual_table_goes_the_short_ways(tmp_path, monkeypatch):
    rows = "".join(f"Ana {number},Lima,ana@andina.example,1,9,10,2026-11-24,a,en\r\n" for number in range(500))
    (tmp_path / "table.csv").write_text(",".join(COLUMNS) + "\r\n" + rows, newline="")
    monkeypatch.setattr(delimited, "clean_batch", lambda *_: pytest.fail("the csv module was used"))
    monkeypatch.setattr(RowValidator, "valid", lambda *_: pytest.fail("rows were looked at one by one"))

    assert "Ana 499" in outcome(tmp_path / "table.csv", {})


@pytest.mark.parametrize(
    "part",
    [
        {"minProperties": 9},
        {"additionalProperties": {"type": "string"}},
        {"allOf": [{"propertyNames": {"maxLength": 2}}]},
        {"properties": {"name": {"$ref": "#/$defs/name"}}, "$defs": {"name": {"type": "string"}}},
    ],
)
def test_a_schema_that_says_more_is_never_answered_by_columns(part):
    checks = RowValidator({**SCHEMA, **part}).columns
    applied = Applied(MAPPING, fields_of(SCHEMA), COLUMNS, sequence=lambda first, count: ["1"] * count)
    row = ["Ana", "Lima", "", "1", "9", "10", "2026-11-24", "a", "en"]

    flat = applied.flat(applied.read_columns([row], applied.row_readers), 1)

    assert flat is not None
    assert RowValidator(SCHEMA).columns.surely_valid(flat)
    assert not checks.surely_valid(flat)


def test_rows_of_which_none_is_full_have_nothing_to_begin_with():
    applied = Applied(Mapping.from_json({"fields": {"town": "town"}}), fields_of(SCHEMA), ["town"])
    columns = applied.flat(applied.read_columns([["Lima"], [""]], applied.row_readers), 2)

    assert columns is not None
    assert columns_json(columns) is None


def test_names_by_the_batch_are_those_by_the_piece():
    random = Random(7)
    parts = (
        "ana",
        "Zoë",
        "con",
        "COM1",
        "aux",
        " ",
        "-",
        "_",
        "--",
        ".",
        "/",
        "'",
        "0001",
        "a b",
        "\n",
        "ñ",
        "x" * 130,
        "",
    )
    for _ in range(400):
        names = ["".join(random.choices(parts, k=random.randrange(4))) for _ in range(random.choice((1, 3)))]
        found = file_names(
            "{name}",
            dict.fromkeys(["name"], names).__getitem__,
            rows=range(1, len(names) + 1),
            extension="pdf",
            languages=names,
        )
        assert found == [safe_name(name, "pdf") for name in names]


def test_slugs():
    assert slugs(["Zoë Íñiguez", "--a--b--", "", "O'Brien & Łukasz", "王芳"]) == [
        "zoe-iniguez",
        "a-b",
        "",
        "obrien-lukasz",
        "",
    ]


@pytest.mark.parametrize(
    ("pattern", "leads"),
    [
        ("{row:04}-{name:slug}", True),
        ("{row}", True),
        ("{row:05}_{row}", True),
        ("{row}{name}", False),
        ("{row} {name}", False),
        ("{row:4}-x", False),
        ("{row:slug}-x", False),
        ("a{row}", False),
        ("{name}-{row}", False),
        ("{row}1", False),
        ("x", False),
    ],
)
def test_names_that_begin_with_the_number_of_the_row_need_no_comparison(pattern, leads):
    assert leads_with_row(pattern) is leads


def test_lines_that_need_the_csv_module_bring_no_row_more_than_they_hold(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text('a,b\n"1\n2\n3",x\n' + '"4\n5",y\n' * 600 + "6,z\n" * 2000)

    batches = list(delimited.read_batches(path, Dialect(delimiter=",", header_row=1, encoding="utf-8"), 2))

    assert [len(batch.rows) for batch in batches] == [500, 899, 1000, 202]
    assert batches[0].rows[0] == ["1\n2\n3", "x"]


def test_what_fits_under_one_name_is_not_taken_to_fit_under_another():
    schema = {
        "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
        "if": {"required": ["b"]},
        "then": {"required": ["a"]},
    }
    checks = RowValidator(schema).columns

    assert checks.surely_valid(Columns({"a": ["x"]}, 1))
    assert not checks.surely_valid(Columns({"b": ["x"]}, 1))
