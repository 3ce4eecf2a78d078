"""The least that any API of ours can cost: the list's one statement under row-level security, its rows as JSON, nothing else.

Two addresses below the list's own path: ``bare/`` asks the statement (no key, limit, middleware but the scope's, no Django
REST framework), ``empty/`` answers at once. Served as our own web server is, they tell what this machine and the load
generator allow: `bare_api:application`.
"""

import os
from functools import cache
from typing import Any
from uuid import UUID

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.bare_settings"

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402

from docuai.bulk.api.runs import question_of  # noqa: E402
from platform_core.kits.api.prepared import answer  # noqa: E402
from platform_core.kits.api.rendering import dumps  # noqa: E402
from platform_core.kits.tenancy.scope import enter_tenant, service, unscoped  # noqa: E402
from platform_core.organizations.models import Organization  # noqa: E402

ROUTE = "api/v1/orgs/<slug:slug>/docuai/runs/"


def bare(request: HttpRequest, slug: str) -> HttpResponse:
    """This will answer the first page's rows as they come from the database."""
    organization_id = organization_of(slug)
    enter_tenant(organization_id)
    rows = answer(question_of(organization_id, test=False), _first_page, [], "bare")
    return HttpResponse(dumps(rows), content_type="application/json")


def empty(request: HttpRequest, slug: str) -> HttpResponse:
    """This will answer without asking anything."""
    return HttpResponse(b"{}", content_type="application/json")


def _first_page(rows: Any, _after: Any) -> Any:
    return rows.order_by("-id")[:26]


@cache
def organization_of(slug: str) -> UUID:
    """This will find an organization's id, once a process."""
    with unscoped(), service("the benchmark finds organizations"):
        return Organization.objects.values_list("id", flat=True).get(slug=slug)


urlpatterns = [path(f"{ROUTE}bare/", bare), path(f"{ROUTE}empty/", empty)]
