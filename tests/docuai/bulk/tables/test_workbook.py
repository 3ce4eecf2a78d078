"""XLSX is parsed in a sandbox child: cached values as text, bombs and old formats refused with the reason."""

import io
import zipfile
from datetime import date

import pytest

from docuai.bulk.tables.shapes import Dialect
from tests.factories.workbooks import make_workbook

OLE = bytes.fromhex("d0cf11e0a1b11ae1")


PEOPLE: list[list[object]] = [
    ["name", "grade", "issued on", "zip"],
    ["Łukasz", 9.4, date(2026, 11, 14), "00420"],
    ["O'Brien", 10, None, 420],
]


def workbook(**parts):
    return make_workbook({"People": PEOPLE}, **parts)


def test_cells_come_as_the_text_that_people_see(look):
    inspection = look("people.xlsx", workbook())

    assert inspection.kind == "xlsx"
    assert [row.values for row in inspection.preview] == [
        ["Łukasz", "9.4", "2026-11-14", "00420"],
        ["O'Brien", "10", "", "420"],
    ]


def test_another_sheet_can_be_chosen_and_an_unknown_one_is_named(look, refusal):
    content = make_workbook({"One": PEOPLE, "Two": PEOPLE})

    assert look("people.xlsx", content).choices.sheets == ("One", "Two")
    assert look("people.xlsx", content, Dialect(sheet="Two")).dialect.sheet == "Two"
    assert str(refusal("people.xlsx", content, Dialect(sheet="Three"))) == (
        "The workbook has no sheet “Three”. Choose one of: One, Two."
    )


def test_a_formula_gives_its_cached_value_and_an_error_cell_is_a_fault(look):
    rows: list[list[object]] = [["name", "grade"], ["Ana", ("1+1", 2)], ["Zoe", ("1/0", "#DIV/0!")]]

    inspection = look("people.xlsx", make_workbook({"People": rows}))

    assert inspection.preview[0].values == ["Ana", "2"]
    assert inspection.preview[1].values == ["Zoe", "#DIV/0!"]
    assert [fault.code for fault in inspection.preview[1].faults] == ["error_value"]


def test_an_empty_workbook_has_no_rows(refusal):
    assert refusal("people.xlsx", make_workbook({"People": []})).code == "no_rows"


def test_a_workbook_that_unpacks_to_more_than_a_hundred_times_its_size_is_refused(refusal):
    content = workbook(**{"xl/media/bomb.bin": b"\0" * 30_000_000})

    assert refusal("bomb.xlsx", content).code == "workbook_ratio"


def test_a_workbook_that_lies_about_its_sizes_is_refused(refusal):
    content = bytearray(workbook(**{"xl/media/bomb.bin": b"\0" * 5_000_000}))
    place = content.rfind(b"xl/media/bomb.bin") - 46
    content[place + 24 : place + 28] = (1000).to_bytes(4, "little")

    assert refusal("bomb.xlsx", bytes(content)).code == "workbook_bytes"


def test_a_doctype_in_a_part_is_refused(refusal):
    bad = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "b">]><workbook/>'

    assert refusal("people.xlsx", workbook(**{"xl/workbook.xml": bad})).code == "workbook_doctype"


def test_a_workbook_cut_off_in_the_middle_is_called_damaged(refusal):
    content = workbook()

    assert refusal("people.xlsx", content[: len(content) // 2]).code == "workbook_damaged"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (OLE + b"\0" * 2000, "is an old Office file (.xls or .doc)"),
        (OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "is protected by a password"),
    ],
)
def test_old_and_protected_office_files_are_told_apart(refusal, content, words):
    assert words in str(refusal("people.xls", content))


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("word/document.xml", "is a Word document"),
        ("content.xml", "is an OpenDocument file"),
        ("a.txt", "is a ZIP archive"),
    ],
)
def test_other_packages_are_named(refusal, part, words):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr(part, "x")

    assert words in str(refusal("people.xlsx", out.getvalue()))
