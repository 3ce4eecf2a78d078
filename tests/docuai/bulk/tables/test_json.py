"""JSON and JSON Lines keep their types; a bad line is a fault of its row, a bad document is refused."""

import json

import pytest

from docuai.bulk.tables import limits


def test_an_array_of_objects_keeps_types_and_flattens_objects_into_columns(look):
    rows = [{"name": "Zoë", "grade": 9.1, "place": {"city": "Lima"}, "tags": ["a"]}, {"name": "Bo", "note": None}]

    inspection = look("people.json", json.dumps(rows).encode())

    assert [column.name for column in inspection.columns] == ["name", "grade", "place.city", "tags", "note"]
    assert inspection.preview[0].values == rows[0]
    assert inspection.kind == "json"


def test_an_object_with_a_list_named_rows_is_a_table(look):
    assert look("people.json", b'{"rows": [{"name": "Ana"}]}').found.rows == 1


def test_a_bad_line_of_json_lines_is_a_fault_of_its_row(look):
    inspection = look("people.jsonl", b'{"name": "Ana"}\n{"name": \n\n{"name": "Zoe"}\n')

    assert inspection.kind == "jsonl"
    assert inspection.found.rows == 3
    (fault,) = inspection.preview[1].faults
    assert (fault.code, fault.params["text"]) == ("bad_line", '{"name":')


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"[]", "no_rows"),
        (b'{"people": []}', "json_shape"),
        (b'[{"name": "Ana"}', "bad_json"),
        (b'[{"name": "Ana"},]', "bad_json"),
        ('[{"name": "Zoë"}]'.encode("cp1252"), "bad_json"),
    ],
)
def test_a_document_that_holds_no_rows_is_refused(refusal, content, code):
    assert refusal("people.json", content).code == code


def test_the_row_after_which_the_document_breaks_is_named(refusal):
    error = refusal("people.json", b'[{"name": "Ana"}, {"name": "Zoe"}, nonsense]')

    assert "(after row 2)" in error.message


def test_a_row_nested_too_deeply_is_a_fault_and_not_a_crash(look):
    deep = "[" * 30 + "1" + "]" * 30

    inspection = look("people.json", f'[{{"name": "Ana", "x": {deep}}}]'.encode())

    assert [fault.code for fault in inspection.preview[0].faults] == ["too_deep"]


def test_a_document_of_ten_thousand_open_brackets_is_refused(refusal):
    assert refusal("people.json", b'[{"a":' + b"[" * 100_000).code == "bad_json"


def test_a_row_of_more_than_4_megabytes_is_refused_before_it_fills_the_memory(refusal):
    content = b'[{"a": "' + b"x" * (limits.MAX_JSON_ROW_BYTES + 1_000_000) + b'"}]'

    assert refusal("people.json", content).code in ("json_row_too_big", "bad_json")


def test_what_is_no_object_is_a_fault_of_its_row(look):
    inspection = look("people.json", b'[{"name": "Ana"}, 7]')

    assert [fault.code for fault in inspection.preview[1].faults] == ["not_an_object"]
