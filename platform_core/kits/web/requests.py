"""What htmx asks for, and how to answer: a page, a fragment of it, or a redirect."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers

MOST_DIGITS = 9


def whole(text: Any) -> int | None:
    """This will read a whole number of at most nine digits, as addresses and forms bring it; None where it is none."""
    found = str(text or "").strip()
    return int(found) if found.isascii() and found.isdigit() and len(found) <= MOST_DIGITS else None


def wants(request: HttpRequest, target: str) -> bool:
    """This will say whether htmx will put the answer into the element with this id (htmx 4 names it ``tag#id``)."""
    named = request.headers.get("HX-Target", "")
    return request.headers.get("HX-Request") == "true" and named.rpartition("#")[2] == target


def page_or_fragment(
    request: HttpRequest, template: str, context: dict[str, Any], *, fragment: str, status: int = 200
) -> HttpResponse:
    """This will render ``template#fragment`` when htmx wants the element ``fragment``, else the whole page."""
    name = f"{template}#{fragment}" if wants(request, fragment) else template
    response = render(request, name, context, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def go(request: HttpRequest, to: str, *args: Any, **kwargs: Any) -> HttpResponse:
    """This will send the browser on after a POST, also when htmx made it."""
    response: HttpResponse = redirect(to, *args, **kwargs)
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": response["Location"]})
    return response


def is_fragment(request: HttpRequest) -> bool:
    """This will say whether a part of a page is asked for, so that an error is answered by a small alert."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Request-Type") != "full"
