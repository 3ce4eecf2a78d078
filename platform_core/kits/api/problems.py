"""Errors as ``application/problem+json`` (RFC 9457): one shape for all, with a pointer (RFC 6901) per field and the request's id.

A slice's errors get their status by ``register_problem(RunStateError, status=409, code="run_state")``; the text of the
exception is the detail, its ``headers`` go along. What nobody has registered is our fault: 500, logged with its
traceback, nothing told.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response

from platform_core.kits.api.throttling import RateExceededError, TooManyAtOnceError
from platform_core.kits.tenancy.postgresql.refusals import holds_nul

CONTENT_TYPE = "application/problem+json"
NOT_A_FIELD = "non_field_errors"
_registered: dict[type[Exception], tuple[int, str]] = {
    RateExceededError: (429, "rate_exceeded"),
    TooManyAtOnceError: (429, "too_many_at_once"),
}


class ProblemError(exceptions.APIException):
    """Any problem: ``ProblemError(409, "run_ended", "The run has ended.")``; ``pointer`` names the field that is to blame.

    Where several are to blame, ``errors`` lists them, each with pointer, code and message.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: Any,
        *,
        pointer: str | None = None,
        errors: Sequence[dict[str, Any]] = (),
        **headers: str,
    ) -> None:
        super().__init__(str(detail), code)
        self.status_code = status
        self.pointer = pointer
        self.errors = list(errors)
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class ParameterError(exceptions.APIException):
    """A query parameter that cannot be used: 422, and the parameter is named."""

    status_code = 422

    def __init__(self, parameter: str, detail: Any, code: str = "invalid") -> None:
        super().__init__(str(detail), code)
        self.parameter = parameter


def register_problem(error: type[Exception], *, status: int, code: str) -> None:
    """This will answer an exception (and what derives from it) with this status; its text must be fit for the caller.

    If it has ``field`` and ``code``, they name the field and the fault.
    """
    _registered[error] = (status, code)


def handle(error: Exception, context: dict[str, Any]) -> Response:
    """This will turn whatever a view raised into a problem. DRF's EXCEPTION_HANDLER."""
    request = context["request"]
    status, code, detail, extra, headers = _read(error)
    if status == 500:
        # who listens logs it with its traceback
        got_request_exception.send(sender=type(context.get("view")), request=request)
    body = problem(status, code, detail, request_id=getattr(request, "request_id", ""), **extra)
    return Response(body, status=status, headers=headers, content_type=CONTENT_TYPE)


def problem(status: int, code: str, detail: str, *, request_id: str, **extra: Any) -> dict[str, Any]:
    """This will make the body of a problem."""
    return {
        "type": f"urn:portfolio:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": request_id,
        **extra,
    }


def answer_with_problem(
    request: HttpRequest, status: int, code: str, detail: str, *, headers: dict[str, str] | None = None, **extra: Any
) -> HttpResponse:
    """This will answer with a problem where no view of the API speaks: middleware, error handlers, tus."""
    body = problem(status, code, detail, request_id=getattr(request, "request_id", ""), **extra)
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE, headers=headers)


Reading = tuple[int, str, str, dict[str, Any], dict[str, str]]


def _read(error: Exception) -> Reading:
    for kind in type(error).__mro__:
        if kind in _registered:
            return _own(error, *_registered[kind])
    match error:
        case exceptions.ValidationError():
            text = _("Some values cannot be used. Each is named in errors.")
            return 422, "invalid", text, {"errors": list(flatten(error.detail))}, {}
        case ParameterError():
            found = {"parameter": error.parameter, "code": _code(error), "message": str(error.detail)}
            return 422, "invalid_parameter", str(error.detail), {"errors": [found]}, {}
        case ProblemError():
            return _of_problem(error)
        case exceptions.APIException():
            return _of_rest(error)
        case _:
            return _of_django(error)


def _own(error: Exception, status: int, code: str) -> Reading:
    field = getattr(error, "field", None)
    headers = getattr(error, "headers", {})
    if field is None:
        return status, code, str(error), {}, headers
    found = {"pointer": pointer_of(*filter(None, [field])), "code": getattr(error, "code", code), "message": str(error)}
    return status, code, str(error), {"errors": [found]}, headers


def _of_problem(error: ProblemError) -> Reading:
    code, detail = _code(error), str(error.detail)
    extra: dict[str, Any] = {}
    if error.errors:
        extra["errors"] = error.errors
    elif error.pointer is not None:
        extra["errors"] = [{"pointer": error.pointer, "code": code, "message": detail}]
    return error.status_code, code, detail, extra, error.headers


def _of_rest(error: exceptions.APIException) -> Reading:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(-(-wait // 1)))
    status = error.status_code
    if status >= 500:  # nothing of ours raises it on purpose with words for the caller
        return 500, "error", _fault(), {}, headers
    return status, _code(error), str(error.detail), {}, headers


def _of_django(error: Exception) -> Reading:
    match error:
        case Http404():
            return 404, "not_found", _("There is nothing here, or nothing for you."), {}, {}
        case PermissionDenied():
            named = str(error)
            extra = getattr(error, "extra", None) or ({"permission": named} if named else {})
            return 403, "permission_denied", _("You may not do this here. Ask an admin of the organization."), extra, {}
        case RequestDataTooBig():
            return 413, "too_large", _("The request is too large. Send a file as an upload in parts."), {}, {}
        case SuspiciousOperation() | UnreadablePostError():
            return 400, "bad_request", _("The request could not be read."), {}, {}
        case _ if holds_nul(error):
            text = _("It holds a character that is no text (NUL). Remove it and send it again; nothing was saved.")
            return 422, "nul_character", text, {}, {}
        case _:
            return 500, "error", _fault(), {}, {}


def _fault() -> str:
    return _("That is our fault. It was written down under request_id; try again.")


def flatten(detail: Any, *path: Any) -> Any:
    """This will yield one error a message from DRF's nested ones: pointer, code, message."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from flatten(inner, *path, *([] if name == NOT_A_FIELD else [name]))
    elif isinstance(detail, list):
        for place, inner in enumerate(detail):
            leaf = isinstance(inner, str)
            yield from flatten(inner, *(path if leaf else (*path, place)))
    else:
        yield {"pointer": pointer_of(*path), "code": getattr(detail, "code", "invalid"), "message": str(detail)}


def pointer_of(*path: Any) -> str:
    """This will write a path as a JSON pointer: ``/rows/3/name``; '' is the whole body."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _code(error: exceptions.APIException) -> str:
    found = error.get_codes()
    return found if isinstance(found, str) else error.default_code
