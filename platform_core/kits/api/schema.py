"""The API's description (OpenAPI 3.1): tags by product, one shape of error, who may call, and a sample that runs."""

import json
import re
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers

CURSOR_PARAMETERS = [
    OpenApiParameter("cursor", str, description="From `next` of the page before."),
    OpenApiParameter("limit", int, description="Rows a page: 1 to 100, 25 if not said."),
]
IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Any text of up to 200 characters, a new UUID for instance. The same key again does nothing twice.",
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The `ETag` of the answer that you read: the change is refused (412) if somebody was faster.",
)
TAGS = (("/me/", "Me"), ("/docuai/", "DocuAI"))
PROBLEMS = {
    "400": "The request could not be read.",
    "401": "No API key, or one that is wrong, revoked or expired.",
    "403": "The key or the role does not allow it.",
    "404": "Not there, or not for you.",
    "409": "The present state does not allow it, or a call with this Idempotency-Key is running.",
    "412": "It was changed since its ETag was read.",
    "413": "The body is too large.",
    "415": "The body's type is not one that this operation takes.",
    "422": "Some values cannot be used; each is named in `errors`.",
    "428": "`If-Match` is missing: shared objects change only as they were read.",
    "429": "Too many calls, in the window or at once; `Retry-After` says how long to wait.",
}
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:portfolio:problem:invalid"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong and what to do."},
        "code": {"type": "string", "description": "Stable; programs may rely on it."},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "message"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer into the body; '' is the whole body."},
                    "parameter": {"type": "string", "description": "Name of the query parameter."},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
    },
}


class Schema(AutoSchema):
    """How a view of ours describes itself. ``permissions`` and ``@idempotent`` are read from the view."""

    def get_tags(self) -> list[str]:
        """This will sort the operation under its product."""
        return [next((tag for part, tag in TAGS if part in self.path), "Organization")]

    def get_summary(self) -> str | None:
        """This will take the first sentence of what the handler says of itself."""
        text = super().get_description() or ""
        return super().get_summary() or text.split(". ")[0].split("\n")[0].rstrip(".") or None

    def get_description(self) -> Any:  # type: ignore[override]
        """This will add which permission the caller needs."""
        text = super().get_description() or ""
        permission = getattr(self.view, "permissions", {}).get(self.method)
        return f"{text}\n\nScope: `{permission}`." if permission else text

    def is_deprecated(self) -> bool:
        """This will mark what ``@deprecated`` marks."""
        return bool(self._handler_mark("deprecation")) or bool(super().is_deprecated())

    def get_extensions(self) -> dict[str, Any]:
        """This will say for programs which scope the call needs, what it costs of the limit, and when it goes."""
        found = dict(super().get_extensions() or {})
        if permission := getattr(self.view, "permissions", {}).get(self.method):
            found["x-required-scope"] = permission
        if (cost := getattr(self.view, "costs", {}).get(self.method, 1)) != 1:
            found["x-cost"] = cost
        deprecation = self._handler_mark("deprecation")
        if deprecation and deprecation.sunset:
            found["x-sunset"] = deprecation.sunset.isoformat()
        return found

    def _handler_mark(self, name: str) -> Any:
        return getattr(getattr(self.view, self.method.lower(), None), name, None)

    def get_override_parameters(self) -> list[Any]:
        """This will add the header of a POST that can be repeated."""
        handler = getattr(self.view, self.method.lower(), None)
        found = [IDEMPOTENCY] if getattr(handler, "idempotent", False) else []
        return [*found, IF_MATCH] if getattr(handler, "if_match", False) else found


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "platform_core.access.rest.KeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "pf_live_…",
            "description": "An organization's API key.",
        }


def page_of(row: type[serializers.BaseSerializer[Any]]) -> Any:
    """This will describe one page of a list by cursor."""
    name = f"{row.__name__.removesuffix('Serializer')}Page"
    fields: dict[str, Any] = {"results": row(many=True), "next": serializers.URLField(allow_null=True)}
    return inline_serializer(name=name, fields=fields)


def add_problems(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """This will say for every operation how it refuses (a hook of drf-spectacular)."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    body = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    components["responses"] = {
        f"Problem{code}": {"description": text, "content": body} for code, text in PROBLEMS.items()
    }
    for path, method, operation in _operations(result):
        for code in _problems_of(path, method, operation):
            operation["responses"].setdefault(code, {"$ref": f"#/components/responses/Problem{code}"})
        if "Range" in {each["name"] for each in operation.get("parameters", [])}:
            _add_ranges(operation["responses"])
        operation["responses"] = dict(sorted(operation["responses"].items()))
    return result


def add_samples(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """This will give every operation a curl line; its body is the first example of the request."""
    for path, method, operation in _operations(result):
        lines = [f'curl "$URL{path}"'] if method == "get" else [f'curl -X {method.upper()} "$URL{path}"']
        lines.append('-H "Authorization: Bearer $API_KEY"')
        content = operation.get("requestBody", {}).get("content", {})
        for example in content.get("application/json", {}).get("examples", {}).values():
            lines += ['-H "Content-Type: application/json"', f"-d '{json.dumps(example['value'], ensure_ascii=False)}'"]
            break
        operation["x-codeSamples"] = [{"lang": "Shell", "label": "curl", "source": " \\\n  ".join(lines)}]
    return result


def _problems_of(path: str, method: str, operation: dict[str, Any]) -> list[str]:
    codes = ["401", "403", "429"]
    given = {each["name"] for each in operation.get("parameters", [])}
    if method == "delete" or any(each["in"] == "query" for each in operation.get("parameters", [])):
        codes.append("422")
    if "If-Match" in given:
        codes += ["412", "428"]
    if re.search(r"\{", path):
        codes.append("404")
    if method in ("post", "put", "patch"):
        codes += ["400", "409", "413", "415", "422"]
    return codes


def _add_ranges(responses: dict[str, Any]) -> None:
    """What a download in parts may answer besides the whole (RFC 9110, 14 and 15)."""
    responses["206"] = {**responses["200"], "description": "The range that was asked for: see `Content-Range`."}
    responses["304"] = {"description": "Not changed since the `ETag` in `If-None-Match`."}
    responses["416"] = {"description": "The range lies outside: `Content-Range` says how long the whole is."}


def _operations(result: dict[str, Any]) -> Any:
    for path, methods in result.get("paths", {}).items():
        for method, operation in methods.items():
            if isinstance(operation, dict) and "responses" in operation:
                yield path, method, operation
