"""What a key or a member touched in a window, on one page; everything revoked at once; the evidence as a ZIP."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from platform_core.access.can import can
from platform_core.access.doors import organization_page
from platform_core.access.freshness import require_fresh
from platform_core.evidence import selectors, services, touching
from platform_core.evidence.bundling import bundle, head_of
from platform_core.evidence.sentences import sentence
from platform_core.kits.web.ranges import disposition
from platform_core.kits.web.toasts import toast
from platform_core.organizations.errors import NotAllowedError
from platform_core.organizations.models import Organization
from platform_core.organizations.selectors.ladder import may_touch
from platform_core.permissions import AUDIT_READ, KEY_MANAGE

CALLS_SHOWN = 100


@never_cache
@require_safe
@organization_page(AUDIT_READ)
def touched(request: HttpRequest, organization: Organization, **ids: Any) -> HttpResponse:
    """This will show all of it; the address holds the window and what is shown."""
    subject, window = _asked(request, organization, ids)
    events, calls = _found(organization, subject, window)
    shown = selectors.stretch(events, before=request.GET.get("before", ""), after=request.GET.get("after", ""))
    context = {
        "organization": organization,
        "subject": subject,
        "window": window,
        "lines": [(event, sentence(event.action)) for event in shown.events],
        "shown": shown,
        "count": selectors.count(events),
        "calls": list(calls[:CALLS_SHOWN]),
        "call_count": calls.order_by().count(),
        "periods": touching.PERIODS,
        "choices": [
            ("", _("Everything")),
            ("changes", _("Changes")),
            ("downloads", _("Downloads and looks")),
            ("denied", _("Refusals")),
        ],
        "living": touching.living_keys(organization.pk, subject).count(),
        "revokes": _revokes(request, subject),
        "zip_url": _path("touched-zip", organization, subject) + "?" + request.GET.urlencode(),
        "revoke_url": _path("touched-revoke", organization, subject),
    }
    services.note_touched(actor=request.user, subject=subject, part=request.GET.urlencode())  # type: ignore[arg-type]
    return render(request, "evidence/touched.html", context)


@never_cache
@require_safe
@organization_page(AUDIT_READ)
@require_fresh
def touched_zip(request: HttpRequest, organization: Organization, **ids: Any) -> HttpResponseBase:
    """This will give the evidence of the window as a ZIP."""
    subject, window = _asked(request, organization, ids)
    if request.method == "GET":
        events, calls = _found(organization, subject, window)
        counts = {"events": events.order_by().count(), "calls": calls.order_by().count()}
        services.note_evidence(actor=request.user, subject=subject, **counts)  # type: ignore[arg-type]
    now = timezone.now()
    head = head_of(subject, window, slug=organization.slug, by=request.user.email, now=now)  # type: ignore[union-attr]
    headers = {"Content-Disposition": disposition(f"evidence-{organization.slug}-{subject.kind}-{now:%Y-%m-%d}.zip")}
    chunks = bundle(organization.pk, subject, window, head=head)
    return StreamingHttpResponse(chunks, content_type="application/zip", headers=headers)


@require_POST
@organization_page(KEY_MANAGE)
@require_fresh
def touched_revoke(request: HttpRequest, organization: Organization, **ids: Any) -> HttpResponse:
    """This will end all that the key or the member could come back with."""
    subject, _window = _asked(request, organization, ids)
    try:
        done = services.revoke_everything(
            actor=request.user,  # type: ignore[arg-type]
            organization=organization,
            subject=subject,
            session=request.session.session_key or "",
        )
    except NotAllowedError as refused:
        raise PermissionDenied(str(refused)) from refused
    told = ngettext("%(n)s key is revoked.", "%(n)s keys are revoked.", done["keys"]) % {"n": done["keys"]}
    if subject.member:
        ended = ngettext("%(n)s session has ended.", "%(n)s sessions have ended.", done["sessions"])
        told = f"{told} {ended % {'n': done['sessions']}}"
    toast(request, told)
    return redirect(_path("touched", organization, subject))


def _asked(
    request: HttpRequest, organization: Organization, ids: dict[str, Any]
) -> tuple[touching.Subject, touching.Window]:
    subject = touching.subject_of(organization.pk, **ids)
    if subject is None:
        raise Http404
    return subject, touching.window_of(request.GET.dict(), now=timezone.now())


def _found(organization: Organization, subject: touching.Subject, window: touching.Window) -> tuple[Any, Any]:
    return (
        touching.events_of(organization.pk, subject, window),
        touching.calls_of(organization.pk, subject, window),
    )


def _revokes(request: HttpRequest, subject: touching.Subject) -> bool:
    if not can(request.principal, KEY_MANAGE):  # type: ignore[attr-defined]
        return False
    mine = request.membership  # type: ignore[attr-defined]
    return subject.member is None or may_touch(mine.held, subject.member.held)


def _path(name: str, organization: Organization, subject: touching.Subject) -> str:
    return reverse(
        f"{name}-{subject.kind}", kwargs={"slug": organization.slug, f"{subject.kind}_id": subject.target.pk}
    )
