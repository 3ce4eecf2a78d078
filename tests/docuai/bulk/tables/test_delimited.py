"""CSV, tab-separated and pasted text: found, not guessed silently; odd rows kept and named."""

import pytest

from docuai.bulk.tables import limits
from docuai.bulk.tables.errors import TableError
from docuai.bulk.tables.inspecting import paste_as_file
from docuai.bulk.tables.notices import describe
from docuai.bulk.tables.reading import read_rows
from docuai.bulk.tables.shapes import Dialect


def names(inspection):
    return [column.name for column in inspection.columns]


def codes(inspection):
    return [notice.code for notice in inspection.warnings]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("name,city\nAna,Quito\n", ","),
        ("name;city\nAna;Quito, Ecuador\n", ";"),
        ("name\tcity\nAna\tQuito\n", "\t"),
        ("name|city\nAna|Quito\n", "|"),
        ("sep=;\nname;city\nAna;Quito\n", ";"),
    ],
)
def test_the_delimiter_is_found(look, text, delimiter):
    inspection = look("people.csv", text.encode())

    assert inspection.dialect.delimiter == delimiter
    assert names(inspection) == ["name", "city"]
    assert inspection.found.rows == 1


@pytest.mark.parametrize(
    ("encoding", "found", "certain"),
    [
        ("utf-8", "utf-8", True),
        ("utf-8-sig", "utf-8-sig", True),
        ("utf-16", "utf-16", True),
        ("utf-16-le", "utf-16-le", False),
        ("utf-16-be", "utf-16-be", False),
        ("cp1252", "cp1252", False),
    ],
)
def test_an_encoding_that_is_not_certain_asks_for_a_confirmation(look, encoding, found, certain):
    text = "nombre,ciudad\n" + "Zoë Íñiguez,Bogotá\n" * 20

    inspection = look("gente.csv", text.encode(encoding))

    assert inspection.dialect.encoding == found
    assert inspection.preview[0].values == ["Zoë Íñiguez", "Bogotá"]
    assert inspection.needs_confirmation is not certain
    assert ("encoding_uncertain" in codes(inspection)) is not certain


def test_the_readings_to_choose_from_show_what_they_make_of_the_text(look):
    inspection = look("gente.csv", "nombre\nZoë Íñiguez\n".encode("cp1252"))

    readings = {choice.encoding: choice for choice in inspection.choices.encodings}

    assert readings["cp1252"].preview == ("Zoë Íñiguez",)
    assert readings["cp1252"].unreadable == 0
    assert readings["utf-8"].unreadable == 3
    assert readings["utf-8"].preview == ("Zo\ufffd \ufffd\ufffdiguez",)


def test_a_chosen_encoding_is_obeyed_and_needs_no_confirmation(look):
    inspection = look("gente.csv", "nombre\nŁukasz\n".encode("cp1250"), Dialect(encoding="cp1250"))

    assert inspection.preview[0].values == ["Łukasz"]
    assert not inspection.needs_confirmation


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "zero_bytes"),
        (b"\n\n\n", "no_rows"),
        (b"   \n \t \n", "no_rows"),
        (b",,\n,,\n", "no_rows"),
        (b"name,city\n", "header_only"),
        (b"name;city", "header_only"),
    ],
)
def test_a_table_without_rows_says_which_kind_of_nothing_it_is(refusal, content, code):
    assert refusal("people.csv", content).code == code


def test_lines_of_blanks_between_rows_are_passed_over_and_counted(look):
    inspection = look("people.csv", b"name,city\nAna,Quito\n\n , \nZoe,Lima\n")

    assert inspection.found.rows == 2
    assert inspection.found.blank_rows == 2


def test_ragged_rows_are_kept_evened_and_named(look):
    inspection = look("people.csv", b"name,city\nAna,Quito\nZoe\nBo,Lima,extra\nEva,Cali,\n")

    assert [row.values for row in inspection.preview] == [
        ["Ana", "Quito"],
        ["Zoe", ""],
        ["Bo", "Lima"],
        ["Eva", "Cali"],
    ]
    assert inspection.found.ragged == (2, 3)
    assert inspection.preview[2].faults[0].params == {"cells": 3, "columns": 2, "extra": ["extra"]}


def test_duplicate_and_missing_column_names_become_unique_and_are_reported(look):
    inspection = look("people.csv", b"name,name,,city\nAna,Ruiz,x,Quito\n")

    assert names(inspection) == ["name", "name (2)", "Column 3", "city"]
    assert codes(inspection) == ["duplicate_header", "empty_header"]
    assert describe(inspection.warnings[0]) == "Two columns are named “name”: number 2 is called “name (2)” here."


def test_a_first_line_of_data_is_not_taken_for_names(look):
    inspection = look("people.csv", b"Ana,ana@quito.example\nZoe,zoe@lima.example\n")

    assert inspection.dialect.header_row == 0
    assert names(inspection) == ["Column 1", "Column 2"]
    assert inspection.found.rows == 2


def test_a_title_above_the_names_is_passed_over(look):
    inspection = look("people.csv", b"List of people,\nname,city\nAna,Quito\n")

    assert inspection.dialect.header_row == 2
    assert inspection.found.rows == 1


def test_control_characters_are_kept_and_named_by_code_point(look):
    inspection = look("people.csv", b"name,city\nS\x00ren,Quito\n")

    (fault,) = inspection.preview[0].faults
    assert (fault.code, fault.column, fault.params) == ("control_character", 0, {"character": "U+0000"})


def test_a_cell_above_32_kilobytes_is_a_fault_of_its_row_only(look):
    content = b"name,note\nAna,x\nZoe," + b"y" * (limits.MAX_CELL_BYTES + 1) + b"\n"

    inspection = look("people.csv", content)

    assert inspection.found.rows == 2
    assert inspection.preview[0].faults == ()
    assert [fault.code for fault in inspection.preview[1].faults] == ["cell_too_big"]
    assert (inspection.found.largest_cell_bytes, inspection.found.largest_cell_row) == (limits.MAX_CELL_BYTES + 1, 2)


def test_a_row_above_256_kilobytes_is_a_fault_of_that_row(look):
    wide = ",".join(f"c{n}" for n in range(10)) + "\n" + ",".join(["z" * 30_000] * 10) + "\n"

    inspection = look("people.csv", wide.encode())

    assert [fault.code for fault in inspection.preview[0].faults] == ["row_too_big"]
    assert inspection.preview[0].faults[0].params == {"bytes": 300_000, "limit": limits.MAX_ROW_BYTES}


def test_the_200_001st_row_refuses_the_table(refusal, look):
    rows = b"Ana\n" * limits.MAX_ROWS

    assert look("people.csv", b"name\n" + rows).found.rows == 200_000
    assert refusal("people.csv", b"name\n" + rows + b"Zoe\n").code == "too_many_rows"


def test_a_quotation_mark_that_is_never_closed_names_the_line(refusal):
    content = b'name,city\nAna,Quito\n"Zoe,Lima\n' + b"x,y\n" * 300_000

    error = refusal("people.csv", content)

    assert error.code == "row_unreadable"
    assert error.params["number"] == 2


def test_more_than_500_columns_are_refused_with_their_number(refusal):
    error = refusal("wide.csv", (",".join(f"c{n}" for n in range(501)) + "\n" + "x," * 500 + "x\n").encode())

    assert str(error) == (
        "The table has 501 columns; at most 500 can be read. Remove the columns that the template does not use."
    )


def test_a_wrong_extension_is_read_by_content_and_said(look):
    inspection = look("people.xlsx", b"name,city\nAna,Quito\n")

    assert inspection.kind == "csv"
    assert describe(inspection.warnings[0]) == ("“people.xlsx” is read as CSV: its content is not what its name says.")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("people.csv", b"%PDF-1.7\n", "is a PDF, not a table"),
        ("people.csv", b"<!DOCTYPE html><html>", "is a web page (HTML), not a table"),
        ("people.csv", b"<?xml version='1.0'?><a/>", "is an XML file, not a table"),
        ("people.csv", b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "is a picture, not a table"),
        ("people.csv", bytes(range(32)) * 40, "is a binary file, not a table"),
    ],
)
def test_what_is_no_table_is_named_for_what_it_is(refusal, name, content, words):
    assert words in str(refusal(name, content))


@pytest.mark.parametrize(
    ("text", "name"),
    [("a\tb\n1\t2", "pasted.tsv"), ("a,b\n1,2", "pasted.csv"), ('[{"a": 1}]', "pasted.json")],
)
def test_pasted_text_goes_the_way_of_a_file(look, text, name):
    file_name, content = paste_as_file(text)

    assert file_name == name
    assert look(file_name, content).found.rows == 1


def test_letters_are_composed_so_that_equal_names_are_equal(look):
    inspection = look("people.csv", "name\nZoe\u0308\n".encode())

    assert inspection.preview[0].values == ["Zoë"]


def test_line_breaks_and_right_to_left_marks_inside_a_cell_stay(tmp_path):
    place = tmp_path / "t.csv"
    place.write_bytes('name\n"Camila\nÑahui"\n"a < b & c\u202e"\n'.encode())

    rows = list(read_rows(place, "csv", Dialect(encoding="utf-8", delimiter=",", header_row=1)))

    assert [row.values for row in rows] == [["Camila\nÑahui"], ["a < b & c\u202e"]]


def test_a_line_for_the_names_that_is_not_there_says_so(refusal):
    error = refusal("people.csv", b"name\nAna\n", Dialect(header_row=9))

    assert isinstance(error, TableError)
    assert error.code == "header_missing"
