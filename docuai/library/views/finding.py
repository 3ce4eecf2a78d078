"""What every page of a template begins with: finding it, or 404."""

from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse

from docuai.library import selectors
from docuai.library.models import DocumentTemplate, TemplateVersion
from docuai.permissions import TEMPLATE_EDIT
from platform_core.access.can import can
from platform_core.accounts.models import User
from platform_core.organizations.models import Organization
from platform_core.permissions import SHARE_MANAGE


def template_or_404(organization: Organization, slug: str) -> DocumentTemplate:
    """This will find a template that was not deleted."""
    found = selectors.template(organization, slug)
    if found is None:
        raise Http404
    return found


def template_of(organization: Organization, template: str, **_path: Any) -> DocumentTemplate:
    """This will find the template of a page's path, for its door: it may be shared with who has not the role."""
    return template_or_404(organization, template)


def version_or_404(template: DocumentTemplate, number: int | None = None) -> TemplateVersion:
    """This will find a version by number, the newest without one."""
    found = selectors.version(template, number)
    if found is None:
        raise Http404
    found.template = template
    return found


def number_of(value: Any) -> int | None:
    """This will read a version number out of an address; nothing where it is none."""
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 8 else None


def may_edit(request: HttpRequest, template: DocumentTemplate | None = None) -> bool:
    """This will say whether the person may change templates, or this one."""
    return can(request.principal, TEMPLATE_EDIT, template)  # type: ignore[attr-defined]


def person(request: HttpRequest) -> User:
    """This will give the signed-in person, as services take it."""
    return request.user  # type: ignore[return-value]


def shares_url(request: HttpRequest, template: DocumentTemplate) -> str:
    """This will give the address where the template is shared, to those who may share."""
    if not can(request.principal, SHARE_MANAGE):  # type: ignore[attr-defined]
        return ""
    return reverse("shares", args=[template.organization.slug, "template", template.pk])
