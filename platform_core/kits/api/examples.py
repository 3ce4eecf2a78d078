"""An example for every request and every answer of the description: what a slice wrote itself, or else one made here.

A made one is what the schema allows, with values as our customers know them (``VALUES``, by the name of the field). A
field whose name says too little takes the first value of its type; ``choices`` its first choice.
"""

from collections.abc import Iterator
from typing import Any

ID = "01932f5e-7b1c-7c44-9d0e-5f3a1b2c4d5e"
INSTANT = "2026-11-24T09:30:00Z"
VALUES: dict[str, Any] = {
    "name": "Certificates",
    "email": "marta@andina.example",
    "slug": "andina",
    "template": "certificate",
    "title": "Certificates of November",
    "next": None,
    "pointer": "/rows/3/name",
    "path": "/api/v1/orgs/andina/docuai/runs/",
    "method": "GET",
    "request_id": ID,
    "status": 200,
    "language": "es",
    "default_language": "es",
    "time_zone": "America/Bogota",
    "region": "CO",
    "file_name": "certificate-0001.pdf",
    "content_type": "application/pdf",
    "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "scopes": ["docuai.run.view", "docuai.run.launch"],
    "role": "editor",
    "state": "done",
    "url": "https://erp.andina.example/hooks/portfolio",
    "prefix": "pf_live_AbCdEfGh",
    "secret": "pf_live_AbCdEfGh…",
    "tags": ["Education", "2026"],
    "rows": [{"name": "Zoë Íñiguez", "course": "Foundations of Statistics"}],
}
FORMATS: dict[str, Any] = {
    "uuid": ID,
    "date-time": INSTANT,
    "date": "2026-11-24",
    "email": "marta@andina.example",
    "uri": "https://portfolio.example/api/v1/",
    "binary": "(bytes)",
    "ip": "203.0.113.9",
}
PROBLEM_CODES = {
    "400": ("parse_error", "The body is not JSON."),
    "401": ("invalid_key", "This API key is wrong, revoked or expired."),
    "403": ("permission_denied", "The key lacks the scope that this call needs."),
    "404": ("not_found", "There is nothing at this address, or it is not for you."),
    "409": ("idempotency_key_busy", "A call with this Idempotency-Key is still running."),
    "412": ("changed_meanwhile", "Somebody has changed this since you read it. Read it again, then change it."),
    "422": ("invalid", "Some values cannot be used."),
    "428": ("if_match_required", "Send If-Match with the ETag that you read."),
    "429": ("rate_exceeded", "Too many calls. Wait 12 s and try again."),
}
DEPTH = 8


def add_examples(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """This will give an example to every content that has none (a hook of drf-spectacular)."""
    known = result.get("components", {}).get("schemas", {})
    for content in _contents(result):
        if "examples" not in content and "example" not in content:
            content["examples"] = {"Example": {"value": example_of(content.get("schema", {}), known)}}
    for code, answer in result.get("components", {}).get("responses", {}).items():
        number = code.removeprefix("Problem")
        for content in answer.get("content", {}).values():
            content["examples"] = {"Example": {"value": problem_example(number)}}
    return result


def problem_example(number: str) -> dict[str, Any]:
    """This will write the problem that a status usually comes with."""
    code, detail = PROBLEM_CODES.get(number, ("refused", "This is not possible."))
    found: dict[str, Any] = {
        "type": f"urn:portfolio:problem:{code}",
        "title": "Refused",
        "status": int(number),
        "detail": detail,
        "code": code,
        "request_id": ID,
    }
    if number == "422":
        found["errors"] = [{"pointer": "/name", "code": "required", "message": "This field is required."}]
    return found


def example_of(schema: dict[str, Any], known: dict[str, Any], name: str = "", depth: int = 0) -> Any:
    """This will make a value that the schema allows; ``known`` holds the components it refers to."""
    if "$ref" in schema:
        schema = known[schema["$ref"].rpartition("/")[2]]
    for word in ("example", "default", "const"):
        if schema.get(word) is not None:
            return schema[word]
    if schema.get("examples"):
        return schema["examples"][0]
    if schema.get("enum"):
        return next(value for value in schema["enum"] if value not in (None, ""))
    for word in ("allOf", "oneOf", "anyOf"):
        if schema.get(word):
            return example_of(_first_real(schema[word]), known, name, depth)
    return _of_type(schema, known, name, depth)


def _of_type(schema: dict[str, Any], known: dict[str, Any], name: str, depth: int) -> Any:
    kind = schema.get("type", "object")
    kinds = kind if isinstance(kind, list) else [kind]
    kind = next((each for each in kinds if each != "null"), "null")
    if name in VALUES and _is(VALUES[name], kinds) and schema.get("format") in (None, "email"):
        return _fitting(VALUES[name], schema)
    if kind == "object":
        if depth > DEPTH:
            return {}
        fields = schema.get("properties", {})
        return {key: example_of(inner, known, key, depth + 1) for key, inner in fields.items()}
    if kind == "array":
        if depth > DEPTH:
            return []
        return [example_of(schema.get("items", {}), known, name.removesuffix("s"), depth + 1)]
    if kind in ("integer", "number"):
        return max(1, schema.get("minimum", 1))
    if kind == "boolean":
        return True
    return FORMATS.get(schema.get("format", ""), _fitting("text", schema)) if kind == "string" else None


def _fitting(value: Any, schema: dict[str, Any]) -> Any:
    return value[: schema["maxLength"]] if isinstance(value, str) and "maxLength" in schema else value


def _is(value: Any, kinds: list[str]) -> bool:
    kind = {str: "string", int: "integer", list: "array", dict: "object", type(None): "null"}[type(value)]
    return kind in kinds


def _first_real(choices: list[dict[str, Any]]) -> dict[str, Any]:
    return next((each for each in choices if each.get("type") != "null" and each.get("enum") != [""]), choices[0])


def _contents(result: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in result.get("paths", {}).values():
        for operation in methods.values():
            if isinstance(operation, dict) and "responses" in operation:
                yield from operation.get("requestBody", {}).get("content", {}).values()
                for answer in operation["responses"].values():
                    yield from answer.get("content", {}).values()
