"""REST: templates, their versions, previews and schemas."""

from dataclasses import asdict
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from docuai.engines.services import EngineError
from docuai.library import problems, selectors, services, uploads
from docuai.library.models import DocumentTemplate, TemplateVersion
from docuai.library.serializers import (
    ChangedSampleSerializer,
    ChangedTemplateSerializer,
    FullVersionSerializer,
    NewSampleSerializer,
    NewTemplateSerializer,
    NewVersionSerializer,
    PreviewSerializer,
    SampleSerializer,
    TemplateSerializer,
    TemplateWithVersionSerializer,
)
from docuai.permissions import TEMPLATE_EDIT, TEMPLATE_VIEW
from platform_core.access.can import visible
from platform_core.access.idempotency import idempotent
from platform_core.access.rest import OrganizationAPIView
from platform_core.kits.api.etags import etag_of, guarded, is_wanted, wanted_tags
from platform_core.kits.api.pagination import cursor_page
from platform_core.kits.api.problems import ProblemError, register_problem
from platform_core.kits.api.schema import CURSOR_PARAMETERS, page_of

COLUMNS = ("id", "slug", "name", "engine", "description", "tags", "created_at", "updated_at")
SEARCH = OpenApiParameter("q", str, description="Words of the name, the description or a tag.")
TAG = OpenApiParameter("tag", str, description="Only templates with this tag.")
PNG = "image/png"
ROW = {"row": {"name": "Zoë Íñiguez", "course": "Foundations of Statistics"}}

register_problem(services.TemplateError, status=422, code="template_refused")
register_problem(services.SampleError, status=422, code="sample_refused")
register_problem(services.TemplateChangedError, status=412, code="changed_meanwhile")


class _Library(OrganizationAPIView):
    """Finds what the path names."""

    def template(self) -> DocumentTemplate:
        found = selectors.template(self.organization_id, self.kwargs["template"])
        if found is None:
            raise Http404
        return found

    def subject(self) -> DocumentTemplate | None:
        """An edit share is no leave to delete."""
        return self.template() if "template" in self.kwargs and self.request.method != "DELETE" else None

    def version(self, version_id: UUID) -> TemplateVersion:
        versions = selectors.versions(self.template())
        found = versions.filter(id=version_id).first()
        if found is None:
            raise Http404
        return found


class Templates(_Library):
    """The templates of an organization."""

    any_of = DocumentTemplate

    permissions: ClassVar[dict[str, str]] = {"GET": TEMPLATE_VIEW, "POST": TEMPLATE_EDIT}

    @extend_schema(
        operation_id="templates_list",
        parameters=[SEARCH, TAG, *CURSOR_PARAMETERS],
        responses=page_of(TemplateSerializer),
    )
    def get(self, request: Request, slug: str) -> Response:
        """List templates, the newest first."""
        wanted = selectors.Wanted(search=request.query_params.get("q", ""), tag=request.query_params.get("tag", ""))
        found = visible(selectors.templates(self.organization_id, wanted), self.principal, TEMPLATE_VIEW)
        return Response(cursor_page(request, found.values(*COLUMNS)))

    @extend_schema(
        operation_id="templates_create",
        request={"multipart/form-data": NewTemplateSerializer},
        responses={201: TemplateWithVersionSerializer},
    )
    @idempotent(with_work=False)
    def post(self, request: Request, slug: str) -> Response:
        """Make a template of a file. Its first version is a draft; problems do not stop it, they are listed."""
        asked = NewTemplateSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        content = _read(given["file"], engine=given["engine"], language=given["language"])
        version = services.create_template(
            actor=self.actor,
            organization=self.organization,
            name=given["name"],
            engine=given["engine"],
            description=given["description"],
            sources=content.sources,
            assets=content.assets,
            names=content.names,
            schema=content.schema,
            sample=content.sample,
            notes=content.notes,
        )
        answer = Response(_shown(version.template, version), status=201)
        answer["Location"] = reverse("api-template", kwargs={"slug": slug, "template": version.template.slug})
        return answer


class Template(_Library):
    """One template."""

    permissions: ClassVar[dict[str, str]] = {"GET": TEMPLATE_VIEW, "PATCH": TEMPLATE_EDIT, "DELETE": TEMPLATE_EDIT}

    @extend_schema(operation_id="templates_read", responses=TemplateWithVersionSerializer)
    def get(self, request: Request, slug: str, template: str) -> Response:
        """Read a template with the version that new runs take, or else its newest. Its `ETag` is wanted for changes."""
        return self._answer(self.template())

    @extend_schema(
        operation_id="templates_change",
        request=ChangedTemplateSerializer,
        responses=TemplateWithVersionSerializer,
        examples=[
            OpenApiExample("Tags", value={"tags": ["Education", "2026"]}, request_only=True),
        ],
    )
    @guarded
    def patch(self, request: Request, slug: str, template: str) -> Response:
        """Rename, describe or tag a template as you read it: `If-Match` names its `ETag`. Its address stays."""
        read = self._as_read()
        asked = ChangedTemplateSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        return self._answer(
            services.describe(actor=self.actor, template=read, unchanged_since=read.updated_at, **given)
        )

    @extend_schema(operation_id="templates_delete", responses={204: None})
    @guarded
    def delete(self, request: Request, slug: str, template: str) -> Response:
        """Delete a template as you read it: `If-Match` names its `ETag`. Runs and documents made from it stay."""
        read = self._as_read()
        services.delete(actor=self.actor, template=read, unchanged_since=read.updated_at)
        return Response(status=204)

    def _as_read(self) -> DocumentTemplate:
        """The template, if it is still as the caller read it; the service looks again under the row's lock."""
        wanted, found = wanted_tags(self.request), self.template()
        if not is_wanted(etag_of(found.pk, found.updated_at), wanted):
            text = _("Somebody has changed the template since you read it. Read it again, then change it.")
            raise ProblemError(412, "changed_meanwhile", text)
        return found

    @staticmethod
    def _answer(found: DocumentTemplate) -> Response:
        answer = Response(_shown(found, _standing(found)))
        answer["ETag"] = etag_of(found.pk, found.updated_at)
        return answer


class Versions(_Library):
    """The versions of a template."""

    permissions: ClassVar[dict[str, str]] = {"GET": TEMPLATE_VIEW, "POST": TEMPLATE_EDIT}

    @extend_schema(
        operation_id="template_versions_list",
        parameters=CURSOR_PARAMETERS,
        responses=page_of(FullVersionSerializer),
    )
    def get(self, request: Request, slug: str, template: str) -> Response:
        """List versions, the newest first."""
        versions = selectors.versions(self.template())
        page = cursor_page(request, versions.values("id", "number"), order=("-number",))
        shown = {each.pk: each for each in versions.filter(id__in=[row["id"] for row in page["results"]])}
        return Response(page | {"results": [_version(shown[row["id"]]) for row in page["results"]]})

    @extend_schema(
        operation_id="template_versions_create",
        request={"multipart/form-data": NewVersionSerializer},
        responses={201: FullVersionSerializer},
    )
    @idempotent(with_work=False)
    def post(self, request: Request, slug: str, template: str) -> Response:
        """Make the next version out of another source file; sources of other languages stay. It is a draft."""
        asked = NewVersionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        found = self.template()
        base = selectors.version(found)
        assert base is not None
        language = asked.validated_data.get("language") or base.default_language
        content = _read(asked.validated_data["file"], engine=found.engine, language=language)
        saved = services.save_version(
            actor=self.actor,
            base=base,
            sources=content.sources,
            assets=content.assets,
            names=content.names,
            schema=content.schema,
            sample=content.sample,
        )
        return Response(_version(saved), status=201 if saved.number > base.number else 200)


class Publish(_Library):
    """Publishing a version."""

    permissions: ClassVar[dict[str, str]] = {"POST": TEMPLATE_EDIT}

    @extend_schema(operation_id="template_versions_publish", request=None, responses=FullVersionSerializer)
    @idempotent()
    def post(self, request: Request, slug: str, template: str, version_id: UUID) -> Response:
        """Publish a version: new runs take it, runs that began keep theirs. One with errors is refused."""
        return Response(_version(services.publish(actor=self.actor, version=self.version(version_id))))


class Preview(_Library):
    """The document of one row, made and not kept."""

    takes_test_keys = True
    permissions: ClassVar[dict[str, str]] = {"POST": TEMPLATE_VIEW}
    route_class = "write"
    costs: ClassVar[dict[str, int]] = {"POST": 5}

    @extend_schema(
        operation_id="template_versions_preview",
        request=PreviewSerializer,
        responses={(200, "application/pdf"): OpenApiTypes.BINARY, (200, PNG): OpenApiTypes.BINARY},
        examples=[OpenApiExample("The sample row", value={"format": "png"}, request_only=True)],
    )
    def post(self, request: Request, slug: str, template: str, version_id: UUID) -> HttpResponse:
        """Make the document of one row without keeping it. `Accept: image/png` or `format` gives one page as a picture."""
        data = request.data if isinstance(request.data, dict) else {}
        if "format" not in data and request.headers.get("Accept", "").startswith(PNG):
            data = {**data, "format": "png"}
        if asked_format := request.query_params.get("format"):
            data = {**data, "format": asked_format}
        asked = PreviewSerializer(data=data)
        asked.is_valid(raise_exception=True)
        return _made(self.version(version_id), asked.validated_data, test=self.principal.is_test)


class Schema(_Library):
    """The JSON Schema of a version's rows."""

    permissions: ClassVar[dict[str, str]] = {"GET": TEMPLATE_VIEW}

    @extend_schema(operation_id="template_versions_schema", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, slug: str, template: str, version_id: UUID) -> Response:
        """Read the JSON Schema (2020-12) that each row is checked against."""
        return Response(self.version(version_id).schema)


class Samples(_Library):
    """The sample rows of a version."""

    permissions: ClassVar[dict[str, str]] = {"GET": TEMPLATE_VIEW, "POST": TEMPLATE_EDIT}

    @extend_schema(operation_id="template_samples_list", responses=SampleSerializer(many=True))
    def get(self, request: Request, slug: str, template: str, version_id: UUID) -> Response:
        """List the samples, the first one first: at most 20."""
        return Response([asdict(each) for each in services.samples_of(self.version(version_id))])

    @extend_schema(
        operation_id="template_samples_create",
        request=NewSampleSerializer,
        responses={201: SampleSerializer},
        examples=[OpenApiExample("A long name", value={"name": "Long name", **ROW}, request_only=True)],
    )
    @idempotent()
    def post(self, request: Request, slug: str, template: str, version_id: UUID) -> Response:
        """Keep another sample row under a name of its own. Documents never use samples."""
        asked = NewSampleSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        made = services.add_sample(actor=self.actor, version=self.version(version_id), **asked.validated_data)
        return Response(asdict(made), status=201)


class Sample(_Library):
    """One sample row."""

    permissions: ClassVar[dict[str, str]] = {"PATCH": TEMPLATE_EDIT, "DELETE": TEMPLATE_EDIT}

    def subject(self) -> DocumentTemplate | None:
        """An edit share is leave to delete a sample: the template stays."""
        return self.template()

    @extend_schema(
        operation_id="template_samples_change",
        request=ChangedSampleSerializer,
        responses=SampleSerializer,
        examples=[OpenApiExample("Another name", value={"name": "Shortest row"}, request_only=True)],
    )
    def patch(self, request: Request, slug: str, template: str, version_id: UUID, sample_id: UUID) -> Response:
        """Rename a sample, or replace its row. The first has the id of its version."""
        version = self.version(version_id)
        self._known(version, sample_id)
        asked = ChangedSampleSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        with transaction.atomic():
            if "name" in given:
                services.rename_sample(actor=self.actor, version=version, sample_id=sample_id, name=given["name"])
            if "row" in given:
                services.set_sample(actor=self.actor, version=version, sample=given["row"], sample_id=sample_id)
        return Response(asdict(services.sample_of(version, sample_id)))

    @extend_schema(operation_id="template_samples_delete", responses={204: None})
    def delete(self, request: Request, slug: str, template: str, version_id: UUID, sample_id: UUID) -> Response:
        """Delete a sample; the first is refused."""
        version = self.version(version_id)
        self._known(version, sample_id)
        services.delete_sample(actor=self.actor, version=version, sample_id=sample_id)
        return Response(status=204)

    @staticmethod
    def _known(version: TemplateVersion, sample_id: UUID) -> None:
        try:
            services.sample_of(version, sample_id)
        except services.SampleError as gone:
            raise Http404 from gone


def _made(version: TemplateVersion, asked: dict[str, Any], *, test: bool) -> HttpResponse:
    row = services.sample_of(version, asked.get("sample")).row if asked.get("row") is None else asked["row"]
    source, language = services.source_of(version=version), asked["language"]
    try:
        if asked["format"] == "png":
            drawn = services.picture_of(
                source=source, row=row, language=language, page=asked["page"], dpi=asked["dpi"], test=test
            )
            return HttpResponse(drawn.content, content_type=PNG, headers={"X-Pages": str(drawn.pages)})
        made = services.preview(source=source, row=row, language=language, format=asked["format"], test=test)
    except EngineError as error:
        place = f" ({error.location})" if str(error.location) else ""
        pointer = f"/row/{error.params['field']}" if "field" in error.params else "/row"
        raise ProblemError(422, error.code, f"{error.message} {error.hint}{place}", pointer=pointer) from error
    return HttpResponse(made.content, content_type=made.mime)


def _read(file: Any, *, engine: str, language: str) -> Any:
    if file.size > uploads.MAX_BYTES:
        raise ProblemError(
            413, "too_large", _("The file is larger than 20 MB. Use smaller pictures in it."), pointer="/file"
        )
    return uploads.read(engine=engine, file_name=file.name, content=file.read(), language=language)


def _standing(template: DocumentTemplate) -> TemplateVersion:
    versions = selectors.versions(template)
    found = versions.filter(state="published").first() or versions.first()
    assert found is not None
    return found


def _shown(template: DocumentTemplate, version: TemplateVersion) -> dict[str, Any]:
    return {name: getattr(template, name) for name in COLUMNS} | {"version": _version(version)}


def _version(version: TemplateVersion) -> dict[str, Any]:
    return {
        "id": version.pk,
        "number": version.number,
        "state": version.state,
        "languages": sorted({source.language for source in version.sources.all() if source.language}),
        "notes": version.notes,
        "created_at": version.created_at,
        "published_at": version.published_at,
        "problems": [
            {
                "severity": problem.severity,
                "code": problem.code,
                "message": problem.message,
                "hint": problem.hint,
                "part": problem.location.part,
                "line": problem.location.line,
                "column": problem.location.column,
            }
            for problem in problems.problems_of(version)
        ],
    }
