"""Writes of the template library."""

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from docuai.engines import services as engines
from docuai.engines.services import Inspection, VersionSource
from docuai.library.models import DocumentTemplate, TemplateSource, TemplateVersion
from platform_core.accounts.models import User
from platform_core.audit.services import audit
from platform_core.organizations.models import Organization


class TemplateError(Exception):
    """A template cannot do what was asked; the message says why and what to do."""


def create_template(
    *,
    actor: User | None,
    organization: Organization,
    name: str,
    engine: str,
    sources: Mapping[str, bytes],
    **fields: Any,
) -> TemplateVersion:
    """This will make a template with its first version, a draft. Problems do not stop it: they are listed.

    ``fields``: description, tags, starter, schema, sample.
    """
    content = {key: fields.pop(key) for key in ("schema", "sample") if key in fields}
    inspection = _inspected(engine, sources, **content)
    with transaction.atomic():
        template = DocumentTemplate.objects.create(
            organization=organization,
            name=name.strip(),
            slug=_free_slug(organization, name),
            engine=engine,
            created_by=actor,
            **fields,
        )
        audit(action="docuai.template.create", target=template, actor=actor)
        return _store_version(template, actor, sources, inspection)


def add_version(
    *, actor: User | None, template: DocumentTemplate, sources: Mapping[str, bytes], **content: Any
) -> TemplateVersion:
    """This will add a draft version with new content; earlier versions stay as they are."""
    inspection = _inspected(template.engine, sources, **content)
    with transaction.atomic():
        DocumentTemplate.objects.for_organization(template.organization_id).select_for_update().get(id=template.pk)
        return _store_version(template, actor, sources, inspection)


def publish(*, actor: User | None, version: TemplateVersion) -> TemplateVersion:
    """This will make a version the one that new runs take; the one before becomes deprecated. Raises TemplateError."""
    if any(problem["severity"] == "error" for problem in version.problems):
        raise TemplateError(str(_("This version has errors. Mend them and upload it again, then publish.")))
    with transaction.atomic():
        template = DocumentTemplate.objects.for_organization(version.organization_id).select_for_update()
        template.get(id=version.template_id)
        versions = TemplateVersion.objects.for_organization(version.organization_id)
        versions.filter(template=version.template_id, state="published").exclude(id=version.pk).update(
            state="deprecated"
        )
        versions.filter(id=version.pk).update(state="published", published_at=Now())
        audit(action="docuai.template.publish", target=version, actor=actor, changes={"number": [None, version.number]})
    version.refresh_from_db()
    return version


def source_of(*, version: TemplateVersion) -> VersionSource:
    """This will give the version as engines see it; kept in the process, since versions never change."""
    return _source(version.organization_id, version.pk, version.content_hash)


@lru_cache(maxsize=32)
def _source(organization_id: UUID, version_id: UUID, content_hash: str) -> VersionSource:
    version = TemplateVersion.objects.for_organization(organization_id).select_related("template").get(id=version_id)
    stored = list(TemplateSource.objects.for_organization(organization_id).filter(version=version).order_by("language"))
    languages = sorted((s for s in stored if s.language), key=lambda s: s.language != version.default_language)
    return VersionSource(
        version.template.engine,
        {source.language: bytes(source.content) for source in languages},
        {source.name: bytes(source.content) for source in stored if not source.language},
        version.schema,
        content_hash,
    )


def _inspected(engine: str, sources: Mapping[str, bytes], **content: Any) -> Inspection:
    if not sources:
        raise TemplateError(str(_("Add a source file.")))
    return engines.inspect(engine=engine, sources=sources, schema=content.get("schema"), sample=content.get("sample"))


def _store_version(
    template: DocumentTemplate, actor: User | None, sources: Mapping[str, bytes], inspection: Inspection
) -> TemplateVersion:
    last = template.versions.aggregate(last=Max("number"))["last"] or 0
    source = VersionSource(template.engine, sources, {}, inspection.schema)
    version = TemplateVersion.objects.create(
        organization_id=template.organization_id,
        template=template,
        number=last + 1,
        content_hash=source.content_hash,
        default_language=next(iter(sources)),
        schema=inspection.schema,
        sample=inspection.sample,
        problems=[
            {
                "severity": problem.severity,
                "code": problem.code,
                "message": problem.message,
                "hint": problem.hint,
                "location": str(problem.location),
            }
            for problem in inspection.problems
        ],
        created_by=actor,
    )
    for language, content in sources.items():
        TemplateSource.objects.create(
            organization_id=template.organization_id,
            version=version,
            language=language,
            name=f"template.{language}",
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
        )
    return version


def _free_slug(organization: Organization, name: str) -> str:
    base = slugify(name)[:70] or "template"
    taken = set(
        DocumentTemplate.objects.for_organization(organization)
        .filter(slug__startswith=base, deleted_at=None)
        .values_list("slug", flat=True)
    )
    return next(slug for slug in (base, *(f"{base}-{n}" for n in range(2, 10_000))) if slug not in taken)
