"""Which column fills which field: suggestions with their reasons, stored mappings, grouped rows."""

import pytest

from docuai.bulk.applying import Applied
from docuai.bulk.fields import fields_of
from docuai.bulk.grouping import group_rows, plan_groups
from docuai.bulk.mapping import Grouping, Mapping, MappingError, problems_of
from docuai.bulk.suggesting import mapping_of, suggest
from docuai.bulk.table_validation import TableValidation
from docuai.bulk.tables.shapes import Batch
from docuai.bulk.validating import RowValidator

LINE = {
    "type": "object",
    "required": ["description", "price"],
    "properties": {"description": {"type": "string"}, "price": {"type": "number"}},
}
INVOICE = {
    "type": "object",
    "required": ["number", "buyer", "lines"],
    "properties": {
        "number": {"type": "string"},
        "buyer": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
        "lines": {"type": "array", "items": LINE},
    },
}
DATED = {
    "type": "object",
    "required": ["name", "completed_on", "issued_on"],
    "properties": {
        "name": {"type": "string"},
        "completed_on": {"type": "string", "format": "date"},
        "issued_on": {"type": "string", "format": "date"},
        "email": {"type": "string", "format": "email"},
    },
}


def found(columns, sample, schema=DATED):
    return {
        one.field.path: one for one in suggest(fields_of(schema), columns, [dict(zip(columns, sample, strict=True))])
    }


def test_one_column_fecha_is_the_day_of_issue():
    suggestions = found(["nombre", "fecha"], ["Zoë", "14/11/2026"])

    assert suggestions["issued_on"].entry.source.columns == ("fecha",)
    assert suggestions["completed_on"].entry is None


@pytest.mark.parametrize(
    ("columns", "field", "reason", "bars"),
    [
        (["name"], "name", "same_name", 3),
        (["nombre", "apellidos"], "name", "joined", 3),
        (["alumno"], "name", "same_meaning", 2),
        (["issued on"], "issued_on", "same_name", 3),
        (["issuedon"], "issued_on", "similar_name", 1),
        (["contacto"], "email", "looks_right", 1),
    ],
)
def test_a_suggestion_says_why_and_how_sure_it_is(columns, field, reason, bars):
    values = {"issued on": "2026-11-14", "issuedon": "2026-11-14", "contacto": "zoe@iniguez.example"}

    suggestion = found(columns, [values.get(column, "Zoë") for column in columns])[field]

    assert (suggestion.reason, suggestion.confidence) == (reason, bars)


def test_the_last_mapping_comes_before_everything_where_its_columns_are_there():
    last = Mapping.from_json({"fields": {"name": "person", "issued_on": "gone"}})

    suggestions = {one.field.path: one for one in suggest(fields_of(DATED), ["name", "person"], [], last)}

    assert suggestions["name"].reason == "last_time"
    assert suggestions["name"].entry.source.columns == ("person",)
    assert suggestions["issued_on"].entry is None


def test_a_column_of_the_fields_name_outranks_last_times_fixed_value_and_says_so():
    last = Mapping.from_json({"fields": {"name": {"value": "Ana"}, "issued_on": {"value": "2026-11-24"}}})
    samples = [{"name": "Zoë", "person": "x"}]

    suggestions = {one.field.path: one for one in suggest(fields_of(DATED), ["name", "person"], samples, last)}

    assert suggestions["name"].entry.source.columns == ("name",)
    assert suggestions["name"].reason_text == "The table has a column “name”: used instead of last time's fixed value"
    assert (suggestions["issued_on"].reason, suggestions["issued_on"].entry.source.value) == ("last_time", "2026-11-24")


@pytest.mark.parametrize("last", [{"name": {"value": "Ana"}}, {"name": {"value": "Ana"}, "title": "name"}])
def test_a_fixed_value_stays_where_the_column_is_empty_or_was_used_for_another_field(last):
    schema = {"type": "object", "properties": {"name": {"type": "string"}, "title": {"type": "string"}}}
    cells = [{"name": "Zoë" if "title" in last else ""}]

    suggestions = suggest(fields_of(schema), ["name"], cells, Mapping.from_json({"fields": last}))

    assert {one.field.path: one for one in suggestions}["name"].entry.source.value == "Ana"


def test_a_mapping_survives_being_stored():
    stored = {
        "version": 1,
        "fields": {
            "name": {
                "source": "concatenate",
                "columns": ["a", "b"],
                "separator": " ",
                "transforms": [{"kind": "trim"}],
            },
            "place": {"source": "constant", "value": "Lima"},
            "number": {"source": "sequence"},
        },
        "group": {"key": ["invoice"], "list_field": "lines"},
    }

    assert Mapping.from_json(stored).to_json() == stored


@pytest.mark.parametrize("stored", [{"fields": []}, {"fields": {"name": {}}}, {"group": {"key": "x"}}])
def test_a_stored_mapping_that_is_none_is_refused(stored):
    with pytest.raises(MappingError):
        Mapping.from_json(stored)


def test_problems_name_the_nearest_column():
    mapping = Mapping.from_json({"fields": {"name": "nmae"}})

    problems = problems_of(mapping, fields_of(DATED), ["name", "city"])

    assert [(p.code, p.name, p.nearest) for p in problems if p.code == "missing_column"] == [
        ("missing_column", "nmae", "name")
    ]
    assert [p.name for p in problems if p.code == "unused_column" and not p.blocking] == ["name", "city"]


def test_many_lines_become_one_invoice_also_when_they_do_not_follow_each_other():
    columns = ["invoice", "buyer", "item", "price"]
    fields = {"number": "invoice", "buyer.name": "buyer", "lines[].description": "item", "lines[].price": "price"}
    mapping = Mapping(Mapping.from_json({"fields": fields}).entries, Grouping(("invoice",), "lines"))
    rows = [["A1", "Lima", "Pen", "2.50"], ["A2", "Quito", "Ink", "9"], ["A1", "Lima", "Paper", "4"]]
    plan = plan_groups([Batch(1, rows)], mapping.grouping, columns)
    check = TableValidation(RowValidator(INVOICE), Applied(mapping, fields_of(INVOICE), columns), columns)

    made = [
        row
        for batch in check.groups(group_rows([Batch(1, rows)], mapping.grouping, columns, plan))
        for row in batch.rows()
    ]

    assert (plan.groups, plan.contiguous, plan.longest) == (2, False, 2)
    assert made[0].values == {
        "number": "A1",
        "buyer": {"name": "Lima"},
        "lines": [{"description": "Pen", "price": 2.5}, {"description": "Paper", "price": 4}],
    }
    assert [row.faults for row in made] == [(), ()]


def test_lines_of_one_invoice_that_disagree_are_a_fault_with_both_answers():
    columns = ["invoice", "buyer", "item", "price"]
    fields = {"number": "invoice", "buyer.name": "buyer", "lines[].description": "item", "lines[].price": "price"}
    mapping = Mapping(Mapping.from_json({"fields": fields}).entries, Grouping(("invoice",), "lines"))
    rows = [["A1", "Lima", "Pen", "2.50"], ["A1", "Quito", "Ink", "9"]]
    plan = plan_groups([Batch(1, rows)], mapping.grouping, columns)
    check = TableValidation(RowValidator(INVOICE), Applied(mapping, fields_of(INVOICE), columns), columns)

    (batch,) = check.groups(group_rows([Batch(1, rows)], mapping.grouping, columns, plan))

    (fault,) = batch.faults[1]
    assert (fault.code, [answer.value for answer in fault.answers]) == ("group_disagrees", ["Lima", "Quito"])


def test_what_was_suggested_makes_a_mapping():
    suggestions = suggest(fields_of(DATED), ["name", "issued on"], [{"name": "Zoë", "issued on": "2026-11-14"}])

    assert mapping_of(suggestions).columns() == {"name", "issued on"}
