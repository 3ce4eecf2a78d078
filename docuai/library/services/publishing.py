"""Which version new runs take. Runs that began keep theirs."""

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from docuai.library.content import TemplateError
from docuai.library.models import DocumentTemplate, TemplateVersion
from platform_core.accounts.models import User
from platform_core.audit.services import audit
from platform_core.events.services import emit


def publish(*, actor: User | None, version: TemplateVersion) -> TemplateVersion:
    """This will make a version the one that new runs take; the one before becomes deprecated. Raises TemplateError."""
    if any(problem["severity"] == "error" for problem in version.problems):
        raise TemplateError(_("This version has errors. Mend them and upload it again, then publish."))
    with transaction.atomic():
        template = DocumentTemplate.objects.for_organization(version.organization_id).select_for_update()
        template.get(id=version.template_id)
        versions = TemplateVersion.objects.for_organization(version.organization_id)
        versions.filter(template=version.template_id, state="published").exclude(id=version.pk).update(
            state="deprecated"
        )
        versions.filter(id=version.pk).update(state="published", published_at=Now())
        audit(
            action="docuai.template.publish",
            target=version,
            actor=actor,
            target_label=version.template.name,
            changes={"number": [None, version.number]},
        )
        _tell(version, "docuai.template.published")
    version.refresh_from_db()
    return version


def deprecate(*, actor: User | None, version: TemplateVersion) -> TemplateVersion:
    """This will keep new runs from taking a version. Raises TemplateError where no run could take it anyway."""
    with transaction.atomic():
        versions = TemplateVersion.objects.for_organization(version.organization_id)
        if not versions.filter(id=version.pk, state="published").update(state="deprecated"):
            raise TemplateError(_("Only a published version can be deprecated."))
        audit(action="docuai.template.deprecate", target=version, actor=actor, target_label=version.template.name)
        _tell(version, "docuai.template.deprecated")
    version.refresh_from_db()
    return version


def _tell(version: TemplateVersion, type: str) -> None:
    payload = {"template_id": str(version.template_id), "version_id": str(version.pk), "number": version.number}
    emit(type=type, organization_id=version.organization_id, payload=payload)
