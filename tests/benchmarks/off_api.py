"""Our list of runs without its edge: no key, no scope, no limit, no place among running calls, no line in the log.

The view is ours (`docuai.bulk.api.runs.Runs`): the same query, the same rows, the same JSON, behind the same middleware.
The organization is the one of the path. `off_api:application`, served as our own web server is.
"""

import os
from functools import cache
from typing import Any
from uuid import UUID

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.off_settings"

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from django.urls import path  # noqa: E402
from rest_framework.request import Request  # noqa: E402
from rest_framework.views import APIView  # noqa: E402

from docuai.bulk.api.runs import Runs  # noqa: E402
from docuai.permissions import RUN_VIEW  # noqa: E402
from platform_core.access.can import Principal  # noqa: E402
from platform_core.organizations.models import Organization  # noqa: E402


class OffRuns(Runs):
    """Who asks is taken as known."""

    authentication_classes = []

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request)
        self.organization_id = organization_of(kwargs["slug"])
        self.principal = Principal(self.organization_id, key_id=self.organization_id, scopes=frozenset([RUN_VIEW]))

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        return APIView.finalize_response(self, request, response, *args, **kwargs)


@cache
def organization_of(slug: str) -> UUID:
    """This will find an organization's id, once a process."""
    return Organization.objects.values_list("id", flat=True).get(slug=slug)


urlpatterns = [path("api/v1/orgs/<slug:slug>/docuai/runs/", OffRuns.as_view())]
