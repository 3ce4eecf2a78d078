"""The API changes by addition alone: today's description against the released one, and the comparer against breaches."""

import copy
import json

import pytest
import yaml

from portfolio.stack.breaking import CURRENT, RELEASED, breaks

THING = {
    "type": "object",
    "required": ["id", "state"],
    "properties": {"id": {"type": "string"}, "state": {"type": "string", "enum": ["a", "b"]}},
}
ASKED = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "maxLength": 10},
        "kind": {"$ref": "#/components/schemas/Kind"},
        "note": {"type": ["string", "null"]},
    },
}
OLD = {
    "paths": {
        "/things/": {
            "post": {
                "parameters": [{"in": "query", "name": "q", "schema": {"type": "string"}}],
                "requestBody": {"content": {"application/json": {"schema": ASKED}}},
                "responses": {"201": {"content": {"application/json": {"schema": THING}}}, "422": {}},
            }
        }
    },
    "components": {"schemas": {"Kind": {"type": "string", "enum": ["x", "y"]}}},
}


def changed(*steps):
    new = copy.deepcopy(OLD)
    post = new["paths"]["/things/"]["post"]
    places = {
        "post": post,
        "asked": post["requestBody"]["content"]["application/json"]["schema"],
        "thing": post["responses"]["201"]["content"]["application/json"]["schema"],
        "new": new,
    }
    for step in steps:
        step(places)
    return new


def test_what_the_code_offers_today_breaks_no_program_written_for_the_released_description():
    assert breaks(json.loads(RELEASED.read_text()), yaml.safe_load(CURRENT.read_text())) == []


def test_additions_break_nobody():
    new = changed(
        lambda at: at["new"]["paths"].update({"/more/": {"get": {"responses": {"200": {}}}}}),
        lambda at: at["asked"]["properties"].update(extra={"type": "string"}),
        lambda at: at["thing"]["properties"].update(extra={"type": "string"}),
        lambda at: at["post"]["parameters"].append({"in": "query", "name": "r", "schema": {"type": "string"}}),
        lambda at: at["new"]["components"]["schemas"]["Kind"]["enum"].append("z"),
        lambda at: at["asked"]["properties"]["name"].update(maxLength=20),
        lambda at: at["post"]["responses"].update({"428": {}}),
    )

    assert breaks(OLD, new) == []


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        (lambda at: at["new"]["paths"].clear(), "POST /things/ is gone"),
        (lambda at: at["post"]["parameters"].clear(), "POST /things/: parameter q is gone"),
        (lambda at: at["post"]["parameters"][0].update(required=True), "POST /things/: parameter q is required now"),
        (
            lambda at: at["post"]["parameters"].append({"in": "header", "name": "r", "required": True}),
            "POST /things/: parameter r is new and required",
        ),
        (
            lambda at: at["post"]["requestBody"]["content"].clear(),
            "POST /things/: bodies of application/json are refused now",
        ),
        (lambda at: at["asked"]["required"].append("note"), "POST /things/: body.note is required now"),
        (lambda at: at["asked"]["properties"].pop("note"), "POST /things/: body.note is not taken any more"),
        (
            lambda at: at["asked"]["properties"]["name"].update(maxLength=9),
            "POST /things/: body.name: maxLength is 9 now",
        ),
        (
            lambda at: at["asked"]["properties"]["note"].update(type="string"),
            "POST /things/: body.note may not be null any more",
        ),
        (
            lambda at: at["new"]["components"]["schemas"]["Kind"]["enum"].remove("y"),
            "POST /things/: body.kind does not take 'y' any more",
        ),
        (lambda at: at["post"]["responses"].pop("201"), "POST /things/: answer 201 is gone"),
        (lambda at: at["thing"]["properties"].pop("id"), "POST /things/: 201.id is gone"),
        (lambda at: at["thing"]["required"].remove("id"), "POST /things/: 201.id may be missing now"),
        (
            lambda at: at["thing"]["properties"]["id"].update(type=["string", "null"]),
            "POST /things/: 201.id may be null now",
        ),
        (lambda at: at["thing"]["properties"]["id"].update(type="integer"), "POST /things/: 201.id may be integer now"),
        (
            lambda at: at["thing"]["properties"]["state"]["enum"].append("c"),
            "POST /things/: 201.state may hold 'c' now",
        ),
    ],
)
def test_what_breaks_a_program_is_named(step, sentence):
    assert breaks(OLD, changed(step)) == [sentence]
