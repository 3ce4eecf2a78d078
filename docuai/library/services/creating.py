"""New templates: from a file, from a starter, from another template."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from docuai.library.content import Content, TemplateError, content_of, inspected
from docuai.library.models import DocumentTemplate, TemplateVersion
from docuai.library.services.describing import clean_name, clean_tags
from docuai.library.services.publishing import publish
from docuai.library.services.versions import refuse_impossible, store
from docuai.library.starters import Starter
from platform_core.accounts.models import User
from platform_core.audit.services import audit
from platform_core.events.services import emit
from platform_core.organizations.models import Organization

CONTENT = ("assets", "names", "schema", "sample", "sample_name", "samples", "notes")


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

    ``fields``: description, tags, starter; assets, names, schema, sample, sample_name, samples, notes. Raises TemplateError.
    """
    content = {key: fields.pop(key) for key in CONTENT if key in fields}
    made = Content(engine, sources, **content)
    if engine not in DocumentTemplate.Engine.values:
        raise TemplateError(_("There is no engine “%(engine)s”. Choose word or typst.") % {"engine": engine[:40]})
    refuse_impossible(made)
    inspected(made)  # seconds in the sandbox: not in the transaction, which finds the answer kept
    with transaction.atomic():
        template = DocumentTemplate.objects.create(
            organization=organization,
            name=clean_name(name),
            slug=free_slug(organization, name),
            engine=engine,
            tags=clean_tags(fields.pop("tags", ())),
            created_by=actor,
            **fields,
        )
        audit(action="docuai.template.create", target=template, actor=actor)
        emit(type="docuai.template.created", organization_id=organization.pk, payload={"template_id": str(template.pk)})
        return store(actor=actor, template=template, content=made)


def create_from_starter(*, actor: User | None, organization: Organization, starter: Starter) -> TemplateVersion:
    """This will make a template out of a starter that we ship, in all its languages, published at once."""
    version = create_template(
        actor=actor,
        organization=organization,
        name=str(starter.name),
        engine=starter.engine,
        sources=starter.sources(),
        description=str(starter.description)[:300],
        tags=[str(tag) for tag in starter.tags],
        starter=starter.slug,
        schema=starter.schema(),
        sample=starter.sample(),
        samples=(
            (_("In Spanish"), starter.sample("es")),
            (_("Very long and empty values"), starter.sample("worst")),
        ),
    )
    return publish(actor=actor, version=version)


def duplicate(*, actor: User | None, version: TemplateVersion, name: str = "") -> TemplateVersion:
    """This will make a new template whose first version has the content of ``version``."""
    content, template = content_of(version), version.template
    called = name or _("%(name)s, copy") % {"name": template.name}
    return create_template(
        actor=actor,
        organization=template.organization,
        name=called[:120],
        engine=content.engine,
        sources=content.sources,
        assets=content.assets,
        names=content.names,
        schema=content.schema,
        sample=content.sample,
        sample_name=content.sample_name,
        samples=content.samples,
        description=template.description,
        tags=template.tags,
    )


def free_slug(organization: Organization, name: str) -> str:
    """This will give a slug that no template of the organization has now."""
    base = slugify(name)[:70] or "template"
    taken = set(
        DocumentTemplate.objects.for_organization(organization)
        .filter(slug__startswith=base, deleted_at=None)
        .values_list("slug", flat=True)
    )
    return next(slug for slug in (base, *(f"{base}-{n}" for n in range(2, 10_000))) if slug not in taken)
