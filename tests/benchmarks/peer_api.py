"""The peer of the API: the same fields by a plain ModelViewSet with a ModelSerializer and a look-up of the key.

As a capable person writes it with Django REST framework and nothing else: joins named, pages by cursor, the key found by
its hash in one query with its organization. `gunicorn tests.benchmarks.peer_api:application`.
"""

import hashlib
import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.benchmarks.peer_settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from django.contrib.auth.models import AnonymousUser  # noqa: E402
from django.urls import include, path  # noqa: E402
from rest_framework.authentication import BaseAuthentication  # noqa: E402
from rest_framework.exceptions import AuthenticationFailed, NotFound  # noqa: E402
from rest_framework.pagination import CursorPagination  # noqa: E402
from rest_framework.permissions import BasePermission  # noqa: E402
from rest_framework.routers import SimpleRouter  # noqa: E402
from rest_framework.serializers import (  # noqa: E402
    BooleanField,
    CharField,
    DateTimeField,
    ModelSerializer,
    SerializerMethodField,
    UUIDField,
)
from rest_framework.viewsets import ReadOnlyModelViewSet  # noqa: E402

from docuai.bulk.models import BulkRun  # noqa: E402
from docuai.library.models import TemplateVersion  # noqa: E402
from platform_core.access.models import ApiKey  # noqa: E402


class Pages(CursorPagination):
    """Newest first, without a count."""

    ordering = "-id"
    page_size = 25


class ByKey(BaseAuthentication):
    """``Authorization: Bearer …``."""

    def authenticate(self, request: Any) -> tuple[Any, ApiKey]:
        secret = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")[2]
        keys = ApiKey.objects.select_related("organization").filter(revoked_at=None)
        key = keys.filter(secret_hash=hashlib.sha256(secret.encode()).hexdigest()).first()
        if key is None:
            raise AuthenticationFailed
        return AnonymousUser(), key


class OfTheKey(BasePermission):
    """The organization in the path is the key's."""

    def has_permission(self, request: Any, view: Any) -> bool:
        if request.auth is None or request.auth.organization.slug != view.kwargs["slug"]:
            raise NotFound
        return True


class VersionSerializer(ModelSerializer[TemplateVersion]):
    class Meta:
        model = TemplateVersion
        fields = ["id", "number"]


class RunSerializer(ModelSerializer[BulkRun]):
    test = BooleanField(source="is_test")
    state = CharField(source="job.state")
    template = CharField(source="template.slug")
    version = VersionSerializer()
    counts = SerializerMethodField()
    job = UUIDField(source="job_id")
    finished_at = DateTimeField(source="job.finished_at")

    class Meta:
        model = BulkRun
        fields = [
            "id", "number", "test", "state", "template", "version", "table_name", "counts", "job", "created_at", "finished_at",
            "keep_until",
        ]  # fmt: skip

    def get_counts(self, run: BulkRun) -> dict[str, int]:
        """Of an ended run, as all are here."""
        job = run.job
        canceled = max(0, job.total - job.done - job.failed)
        return {
            "total": job.total,
            "queued": 0,
            "running": 0,
            "done": job.done,
            "failed": job.failed,
            "canceled": canceled,
        }


class Runs(ReadOnlyModelViewSet[BulkRun]):
    authentication_classes = [ByKey]
    permission_classes = [OfTheKey]
    pagination_class = Pages
    serializer_class = RunSerializer

    def get_queryset(self) -> Any:
        runs = BulkRun.objects.select_related("job", "template", "version").filter(deleted_at=None)
        return runs.filter(organization=self.request.auth.organization)  # type: ignore[union-attr]


router = SimpleRouter()
router.register("runs", Runs, basename="runs")
urlpatterns = [path("api/v1/orgs/<slug:slug>/docuai/", include(router.urls))]
