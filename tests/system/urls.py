"""The project's routes and two of the tests': a request that breaks in mid-transaction, and a long stream."""

from collections.abc import Iterator

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path

from platform_core.access.doors import organization_page
from platform_core.jobs.models import Job
from platform_core.permissions import JOB_VIEW
from portfolio.urls import urlpatterns as ours


@organization_page(JOB_VIEW)
def broken(request: HttpRequest, organization) -> HttpResponse:
    """This will fail inside a transaction that has read and written, leaving it broken on the server connection."""
    with transaction.atomic(), connection.cursor() as cursor:
        Job.objects.update(title="written by a request that failed")
        cursor.execute("SELECT 1 / 0")
    return HttpResponse()


@organization_page(JOB_VIEW)
def stream(request: HttpRequest, organization) -> StreamingHttpResponse:
    """This will read the titles one statement a chunk: between two of them the connection serves others."""

    def titles() -> Iterator[str]:
        for pk in list(Job.objects.values_list("pk", flat=True)):
            yield ",".join(Job.objects.filter(pk=pk).values_list("title", flat=True)) + "\n"
            yield ",".join(Job.objects.order_by("pk").values_list("title", flat=True)) + "\n"

    return StreamingHttpResponse(titles())


urlpatterns = [
    *ours,
    path("orgs/<slug:slug>/broken/", broken),
    path("orgs/<slug:slug>/stream/", stream),
]
