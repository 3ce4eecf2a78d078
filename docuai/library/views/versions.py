"""A template's versions: who made each, what used it; and what differs between two."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from docuai.library import diffing, selectors
from docuai.library.content import content_of
from docuai.library.views.finding import may_edit, number_of, template_of, template_or_404, version_or_404
from docuai.permissions import TEMPLATE_VIEW
from platform_core.access.doors import organization_page
from platform_core.kits.web.pagination import paginate
from platform_core.organizations.models import Organization


@organization_page(TEMPLATE_VIEW, of=template_of)
def version_list(request: HttpRequest, organization: Organization, template: str) -> HttpResponse:
    """This will list the versions, newest first."""
    found = template_or_404(organization, template)
    context = {
        "organization": organization,
        "template": found,
        "shown": paginate(request, selectors.versions(found)),
        "can_edit": may_edit(request, found),
    }
    return render(request, "docuai/library/version_list.html", context)


@organization_page(TEMPLATE_VIEW, of=template_of)
def compare(request: HttpRequest, organization: Organization, template: str) -> HttpResponse:
    """This will show what differs between two versions: the newest and the one before where the address names none."""
    found = template_or_404(organization, template)
    after = version_or_404(found, number_of(request.GET.get("to")))
    before = version_or_404(found, number_of(request.GET.get("from")) or max(1, after.number - 1))
    old, new = content_of(before), content_of(after)
    language = request.GET.get("language", "")
    spoken = list(dict.fromkeys([*new.sources, *old.sources]))
    language = language if language in spoken else spoken[0]
    context = {
        "organization": organization,
        "template": found,
        "before": before,
        "after": after,
        "numbers": list(selectors.versions(found).values_list("number", flat=True)),
        "language": language,
        "spoken": spoken,
        "lines": diffing.source_diff(old, new, language),
        "fields": diffing.field_diff(before.schema, after.schema, _("required"), _("optional")),
        "files": diffing.file_diff(old, new),
        "typst": new.engine == "typst",
    }
    return render(request, "docuai/library/compare.html", context)
