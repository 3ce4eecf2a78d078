"""Pages of an organization's test data: the inbox in which test mails land, one mail, and the end of it all."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from platform_core.access.doors import organization_page
from platform_core.access.freshness import require_fresh
from platform_core.files.selectors import MissingFileError, read_bytes
from platform_core.kits.web import numbers
from platform_core.kits.web.pagination import paginate
from platform_core.kits.web.ranges import ranged
from platform_core.kits.web.requests import go
from platform_core.kits.web.toasts import toast
from platform_core.mail.models import OutgoingMail
from platform_core.organizations.models import Organization
from platform_core.permissions import KEY_MANAGE
from platform_core.testmode import selectors, services
from platform_core.testmode.registry import LEFTOVERS, counts


@require_safe
@organization_page(KEY_MANAGE)
def test_data(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will list the test mails, and count what tests have left."""
    shown = paginate(request, selectors.inbox(organization.pk))
    if shown.rows:
        services.note_read(actor=request.user, organization_id=organization.pk, mails=shown.total)  # type: ignore[arg-type]
    found = counts(organization.pk)
    context = {
        "organization": organization,
        "shown": shown,
        "left": [(kind.label, found[kind.name]) for kind in LEFTOVERS.values()],
        "total": sum(found.values()),
        "wipe": selectors.open_wipe(organization.pk),
    }
    return render(request, "testmode/test_data.html", context)


@require_safe
@organization_page(KEY_MANAGE)
def test_mail(request: HttpRequest, organization: Organization, mail_id: UUID) -> HttpResponse:
    """This will show one test mail as it would have been sent."""
    mail = _mail(organization, mail_id)
    services.note_mail(actor=request.user, mail=mail)  # type: ignore[arg-type]
    attachments = [{**entry, "index": index} for index, entry in enumerate(mail.attachments)]
    context = {"organization": organization, "mail": mail, "attachments": attachments}
    return render(request, "testmode/test_mail.html", context)


@require_safe
@organization_page(KEY_MANAGE)
def test_mail_attachment(
    request: HttpRequest, organization: Organization, mail_id: UUID, index: int
) -> HttpResponseBase:
    """This will give an attachment of a test mail."""
    mail = _mail(organization, mail_id)
    answer = attachment_of(request, mail, index)
    services.note_mail(actor=request.user, mail=mail, attachment=mail.attachments[index]["file_name"])  # type: ignore[arg-type]
    return answer


@require_POST
@organization_page(KEY_MANAGE)
@require_fresh
def test_data_wipe(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will have all test data deleted; the job says how far it is."""
    job = services.wipe_test_data(actor=request.user, organization=organization)  # type: ignore[arg-type]
    text = ngettext("%(n)s thing of tests is being deleted.", "%(n)s things of tests are being deleted.", job.total)
    toast(request, text % {"n": numbers.write(job.total)})
    return go(request, "job", slug=organization.slug, job_id=job.pk)


def attachment_of(request: HttpRequest, mail: OutgoingMail, index: int) -> HttpResponseBase:
    """This will answer with the bytes of an attachment, or raise Http404 where there is none or it is not kept any more."""
    try:
        entry: dict[str, Any] = mail.attachments[index]
        content = read_bytes(key=entry["key"], offset=entry["offset"], size=entry["size"])
    except (IndexError, MissingFileError):
        raise Http404(_("This attachment is not kept any more.")) from None
    return ranged(
        request,
        length=len(content),
        read=lambda offset, size: iter([content[offset : offset + size]]),
        content_type=entry["content_type"],
        file_name=entry["file_name"],
    )


def _mail(organization: Organization, mail_id: UUID) -> OutgoingMail:
    return get_object_or_404(selectors.inbox(organization.pk), pk=mail_id)
