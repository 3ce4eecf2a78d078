"""What is done to a template by a button: upload, describe, duplicate, delete, publish, restore, take a language away."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from docuai.library import services, uploads
from docuai.library.forms import DescribeTemplate, UploadSource
from docuai.library.models import DocumentTemplate, TemplateVersion
from docuai.library.views.editor import shown_editor
from docuai.library.views.finding import person, template_of, template_or_404, version_or_404
from docuai.permissions import TEMPLATE_EDIT
from platform_core.access.doors import organization_page
from platform_core.access.editing import who_was_faster
from platform_core.kits.editing import ChangedByOthersError
from platform_core.kits.web.toasts import toast
from platform_core.organizations.models import Organization


@require_POST
@organization_page(TEMPLATE_EDIT, of=template_of)
def upload(request: HttpRequest, organization: Organization, template: str) -> HttpResponse:
    """This will make the next version out of an uploaded source; other languages stay as they are."""
    found = template_or_404(organization, template)
    base = version_or_404(found)
    form = UploadSource(request.POST, request.FILES, prefix="source")
    if form.is_valid():
        file, language = form.cleaned_data["file"], form.cleaned_data["language"]
        try:
            content = uploads.read(engine=found.engine, file_name=file.name, content=file.read(), language=language)
            version = services.save_version(
                actor=person(request),
                base=base,
                sources=content.sources,
                assets=content.assets,
                names=content.names,
                schema=content.schema,
                sample=content.sample,
            )
            _say_saved(request, base, version)
            return redirect(f"{_address(version)}?language={language}")
        except services.TemplateError as error:
            form.add_error("file", str(error))
    return shown_editor(request, organization, base, upload=form, status=422)


@require_POST
@organization_page(TEMPLATE_EDIT, of=template_of)
def describe(request: HttpRequest, organization: Organization, template: str) -> HttpResponse:
    """This will rename, describe and tag a template."""
    found = template_or_404(organization, template)
    form = DescribeTemplate(request.POST, prefix="about")
    if not form.is_valid():
        return shown_editor(request, organization, version_or_404(found), about=form, status=422)
    try:
        services.describe(actor=person(request), template=found, seen=request.POST.get("seen"), **form.cleaned_data)
    except ChangedByOthersError:
        form.add_error(None, who_was_faster(organization.pk, found, "docuai.template.describe"))
        again = version_or_404(template_or_404(organization, template))
        return shown_editor(request, organization, again, about=form, status=422)
    toast(request, _("Template “%(name)s” saved.") % {"name": found.name})
    return redirect("template", slug=organization.slug, template=found.slug)


@require_POST
@organization_page(TEMPLATE_EDIT)
def duplicate(request: HttpRequest, organization: Organization, template: str) -> HttpResponse:
    """This will copy a template with its newest version, and open the copy."""
    made = services.duplicate(actor=person(request), version=version_or_404(template_or_404(organization, template)))
    toast(request, _("Template “%(name)s” made.") % {"name": made.template.name})
    return redirect(_address(made))


@require_POST
@organization_page(TEMPLATE_EDIT)
def delete(request: HttpRequest, organization: Organization, template: str) -> HttpResponse:
    """This will take a template out of the library; Undo brings it back."""
    found = template_or_404(organization, template)
    services.delete(actor=person(request), template=found)
    undo = reverse("template-undelete", kwargs={"slug": organization.slug, "template": found.pk})
    toast(request, _("Template “%(name)s” deleted. Its runs stay.") % {"name": found.name}, undo_url=undo)
    return redirect("templates", slug=organization.slug)


@require_POST
@organization_page(TEMPLATE_EDIT)
def undelete(request: HttpRequest, organization: Organization, template: str) -> HttpResponse:
    """This will bring a deleted template back."""
    found = get_object_or_404(DocumentTemplate.objects.for_organization(organization), id=template)
    restored = services.undelete(actor=person(request), template=found)
    toast(request, _("Template “%(name)s” is back.") % {"name": restored.name})
    return redirect("template", slug=organization.slug, template=restored.slug)


@require_POST
@organization_page(TEMPLATE_EDIT, of=template_of)
def steer(request: HttpRequest, organization: Organization, template: str, number: int) -> HttpResponse:
    """This will publish, deprecate or restore a version, or take a language out of it."""
    version = version_or_404(template_or_404(organization, template), number)
    change = STEERING.get(request.POST.get("to", ""))
    try:
        after = change(request, version) if change else version
    except services.TemplateError as error:
        toast(request, str(error), level="failed")
        after = version
    if request.POST.get("then") == "versions":
        return redirect("template-versions", slug=organization.slug, template=version.template.slug)
    return redirect(f"{_address(after)}?version={after.number}")


def _publish(request: HttpRequest, version: TemplateVersion) -> TemplateVersion:
    services.publish(actor=person(request), version=version)
    toast(request, _("Version %(number)s published. New runs take it.") % {"number": version.number})
    return version


def _deprecate(request: HttpRequest, version: TemplateVersion) -> TemplateVersion:
    services.deprecate(actor=person(request), version=version)
    toast(request, _("Version %(number)s deprecated. No new run takes it.") % {"number": version.number})
    return version


def _restore(request: HttpRequest, version: TemplateVersion) -> TemplateVersion:
    after = services.restore_version(actor=person(request), version=version)
    text = _("Version %(new)s has the content of version %(old)s.")
    toast(request, text % {"new": after.number, "old": version.number})
    return after


def _drop_language(request: HttpRequest, version: TemplateVersion) -> TemplateVersion:
    language = request.POST.get("language", "")[:5]
    after = services.save_version(actor=person(request), base=version, sources={language: None}, schema=version.schema)
    _say_saved(request, version, after)
    return after


STEERING: dict[str, Callable[[HttpRequest, TemplateVersion], TemplateVersion]] = {
    "publish": _publish,
    "deprecate": _deprecate,
    "restore": _restore,
    "drop_language": _drop_language,
}


def _say_saved(request: HttpRequest, base: TemplateVersion, version: TemplateVersion) -> None:
    if version.number == base.number:
        toast(request, _("Nothing changed: version %(number)s has this content already.") % {"number": base.number})
    else:
        toast(request, _("Version %(number)s saved as a draft.") % {"number": version.number})


def _address(version: TemplateVersion) -> str:
    slugs = {"slug": version.template.organization.slug, "template": version.template.slug}
    return reverse("template", kwargs=slugs)
