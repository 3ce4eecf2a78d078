"""What a line of the table of routes is, and how it is walked.

A status is exact, or one of two words: ``IN`` (the door opened: any answer but a refusal, a redirect to sign-in or a
fault of ours) and ``LOGIN`` (sent to sign in).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

IN, LOGIN = "in", "login"
Status = int | str
REFUSALS = (401, 403, 404, 405)


@dataclass(frozen=True)
class Route:
    """One route by one method: what each of the cast gets. ``key`` and its kin are asked of API routes only."""

    name: str
    owner: Status
    viewer: Status
    outsider: Status = 404
    anonymous: Status = LOGIN
    method: str = "GET"
    elsewhere: Status = 404  # the outsider, in their own organization, with the ids of ours
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    is_api: bool = False

    @property
    def label(self) -> str:
        return f"{self.method} {self.name}"


def page(name: str, owner: Status, viewer: Status, **more: Any) -> Route:
    """A page of an organization: strangers get 404, visitors are asked to sign in."""
    return Route(name, owner, viewer, **more)


def post(name: str, viewer: Status = 403, owner: Status = IN, **more: Any) -> Route:
    """A form of an organization, sent without fields."""
    return Route(name, owner, viewer, method="POST", **more)


def own(name: str, status: Status = IN, **more: Any) -> Route:
    """A person's own page: whoever is signed in."""
    return Route(name, status, status, outsider=status, elsewhere=status, **more)


def public(name: str, status: Status = 200, **more: Any) -> Route:
    """The same for everybody."""
    return Route(name, status, status, outsider=status, anonymous=status, elsewhere=status, **more)


def rest(name: str, owner: Status, viewer: Status, **more: Any) -> Route:
    """A resource of an organization's API. A key with all scopes gets what the owner gets, one without them 403."""
    return Route(name, owner, viewer, anonymous=401, is_api=True, **more)


def routes() -> Iterator[tuple[str, str]]:
    """This will yield name and path of every route of the project but those of the staff admin."""
    yield from ((name, path) for name, path in _walk(get_resolver(), "") if not path.startswith("admin/"))


def staff_routes() -> list[str]:
    """This will list the routes of the staff admin that need no object."""
    return [name for name, path in _walk(get_resolver(), "") if path.startswith("admin/") and "<" not in path]


def _walk(resolver: URLResolver, before: str) -> Iterator[tuple[str, str]]:
    for pattern in resolver.url_patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield pattern.name or path, path
        else:
            yield from ((f"admin:{n}" if path == "admin/" else n, p) for n, p in _walk(pattern, path))


def parameters(name: str) -> set[str]:
    """This will name what the path of a route takes."""
    return {each for _result, names in get_resolver().reverse_dict.getlist(name)[0][0] for each in names}


def ask(client: Client, method: str, path: str, headers: Mapping[str, str]) -> HttpResponseBase:
    """This will make one call and take back whatever it changed."""
    block: Any = transaction.atomic()
    block._from_testcase = True  # durable blocks may stand inside, as in any test
    with block:
        sent: dict[str, str] | None = {} if method == "POST" else None
        kind = {"content_type": "application/json"} if "/api/" in path and method == "POST" else {}
        answer: HttpResponseBase = getattr(client, method.lower())(path, sent, headers=headers, **kind)
        transaction.set_rollback(True)
    return answer


def met(expected: Status, answer: HttpResponseBase) -> bool:
    """This will say whether an answer is what the table says."""
    to_login = answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")
    if expected == LOGIN:
        return to_login
    if expected == IN:
        return not to_login and answer.status_code not in REFUSALS and answer.status_code < 500
    return answer.status_code == expected


def path_of(route: Route, values: Mapping[str, Any]) -> str:
    """This will write the path of a route with the objects of the cast; a line may name another of them for a parameter."""
    every = {**values, **{name: values.get(value, value) for name, value in route.kwargs.items()}}
    return reverse(route.name, kwargs={name: every[name] for name in parameters(route.name)})
