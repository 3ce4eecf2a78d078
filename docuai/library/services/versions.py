"""New versions: content changes only by making the next version out of another. Earlier ones stay as they are."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from docuai.engines.services import Inspection
from docuai.library import schemas, selectors
from docuai.library.content import Content, TemplateError, content_of, inspected, others_of
from docuai.library.models import DocumentTemplate, TemplateSample, TemplateSource, TemplateVersion
from docuai.library.problems import as_rows
from docuai.library.schemas import FieldSetting
from docuai.library.services.samples import sample_of, set_sample
from platform_core.accounts.models import User
from platform_core.audit.services import audit

Sources = Mapping[str, bytes | None]
MAX_TOTAL_BYTES = 40 * 1024 * 1024


def add_version(
    *, actor: User | None, template: DocumentTemplate, sources: Mapping[str, bytes], **content: Any
) -> TemplateVersion:
    """This will add a draft version with all new sources; earlier versions stay as they are. Raises TemplateError.

    ``content``: assets, names, schema, sample, notes. Without a schema the fields are read from the sources, and those
    that were there before keep their settings; without a sample the one before goes on.
    """
    fresh = Content(template.engine, sources, **content)
    last = selectors.version(template)
    if last is not None:
        fresh = _carried(last, fresh)
    return store(actor=actor, template=template, content=fresh)


def save_version(
    *,
    actor: User | None,
    base: TemplateVersion,
    sources: Sources | None = None,
    assets: Sources | None = None,
    schema: Mapping[str, Any] | None = None,
    sample: Mapping[str, Any] | None = None,
    sample_id: UUID | None = None,
    names: Mapping[str, str] | None = None,
    fallback: str = "",
    notes: str = "",
) -> TemplateVersion:
    """This will make the next version out of ``base`` with what is given changed; None as a source or file takes it away.

    Where nothing but the sample changed, ``base`` is given back with its sample replaced. ``sample_id`` says which of its
    samples is meant, the first without. All samples go on in the next version. Raises TemplateError.
    """
    before = content_of(base)
    was = sample_of(base, sample_id)
    after = replace(
        before,
        sources=_in_order(_patched(before.sources, sources), fallback or base.default_language),
        assets=_patched(before.assets, assets),
        names={**before.names, **(names or {})},
        schema=schema if schema is not None else before.schema,
    )
    if sample is not None and was.first:
        after = replace(after, sample=sample)
    elif sample is not None:
        after = replace(after, samples=tuple((n, sample if n == was.name else row) for n, row in after.samples))
    if before.same_as(after):
        if sample is not None and sample != was.row:
            set_sample(actor=actor, version=base, sample=sample, sample_id=sample_id)
        return base
    if schema is None and sources:
        after = _carried(base, replace(after, schema=None))
    return store(actor=actor, template=base.template, content=after, notes=notes)


def restore_version(*, actor: User | None, version: TemplateVersion) -> TemplateVersion:
    """This will make the next version out of an older one, with all of its content."""
    said = _("Version %(number)s again") % {"number": version.number}
    return store(actor=actor, template=version.template, content=content_of(version), notes=said)


def set_field(*, actor: User | None, version: TemplateVersion, path: str, setting: FieldSetting) -> TemplateVersion:
    """This will give the next version, in which one field is of another type, required or not, or has another example."""
    return save_version(
        actor=actor, base=version, schema=schemas.with_settings(version.schema, {path: setting}), sample=version.sample
    )


def store(
    *, actor: User | None, template: DocumentTemplate, content: Content, notes: str = "", number: int | None = None
) -> TemplateVersion:
    """This will inspect a content and store it as a template's next version, a draft. Raises TemplateError.

    Problems do not stop it: they are listed, and errors stand against publishing.
    """
    refuse_impossible(content)
    inspection = inspected(content)
    with transaction.atomic():
        templates = DocumentTemplate.objects.for_organization(template.organization_id)
        templates.select_for_update().get(id=template.pk)
        last = template.versions.aggregate(last=Max("number"))["last"] or 0
        version = _rows(actor, template, replace(content, schema=inspection.schema), inspection, notes, last + 1)
        templates.filter(id=template.pk).update(updated_at=version.created_at)
        audit(
            action="docuai.template.version",
            target=version,
            actor=actor,
            target_label=template.name,
            changes={"number": [last or None, version.number]},
        )
    return version


def refuse_impossible(content: Content) -> None:
    """This will refuse what cannot be a version at all; raises TemplateError."""
    if not content.sources:
        raise TemplateError(_("Add a source file for at least one language."))
    total = sum(len(each) for group in (content.sources, content.assets) for each in group.values())
    if total > MAX_TOTAL_BYTES:
        raise TemplateError(_("All files of a version together are larger than 40 MB. Use smaller pictures."))


def _carried(base: TemplateVersion, fresh: Content) -> Content:
    """New sources with the sample of the version before, and the settings of the fields that are still asked for."""
    sample = fresh.sample or base.sample or None
    if not fresh.samples:
        fresh = replace(fresh, sample_name=base.sample_name, samples=others_of(base))
    if fresh.schema is None and base.schema.get("properties"):
        found = inspected(fresh)
        if found.schema.get("properties"):
            schema = schemas.carried(base.schema, found.schema, keep_unused=fresh.engine == "typst")
            return replace(fresh, schema=schema, sample=sample)
    return replace(fresh, sample=sample)


def _rows(
    actor: User | None,
    template: DocumentTemplate,
    content: Content,
    inspection: Inspection,
    notes: str,
    number: int,
) -> TemplateVersion:
    version = TemplateVersion.objects.create(
        organization_id=template.organization_id,
        template=template,
        number=number,
        content_hash=content.source.content_hash,
        default_language=next(iter(content.sources)),
        schema=inspection.schema,
        sample=inspection.sample,
        sample_name=content.sample_name,
        problems=as_rows(inspection.problems),
        parts=[asdict(part) for part in inspection.parts],
        notes=notes[:300],
        created_by=actor,
    )
    TemplateSample.objects.bulk_create(
        TemplateSample(organization_id=template.organization_id, version=version, name=name, row=row)
        for name, row in content.samples
    )
    stored = [(language, content.name_of(language), source) for language, source in content.sources.items()]
    stored += [("", name, asset) for name, asset in content.assets.items()]
    for language, name, data in stored:
        TemplateSource.objects.create(
            organization_id=template.organization_id,
            version=version,
            language=language,
            name=name,
            content=data,
            sha256=hashlib.sha256(data).hexdigest(),
        )
    return version


def _patched(before: Mapping[str, bytes], changes: Sources | None) -> dict[str, bytes]:
    return {name: data for name, data in {**before, **(changes or {})}.items() if data is not None}


def _in_order(sources: Mapping[str, bytes], fallback: str) -> dict[str, bytes]:
    return {language: sources[language] for language in sorted(sources, key=lambda each: (each != fallback, each))}
