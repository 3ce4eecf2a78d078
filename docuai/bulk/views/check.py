"""Check a document: anybody drops a file, its hash is made in the browser, and only the hash is asked about."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from docuai.bulk.selectors.issued import Issued, clean_hash, issued, issuer_of
from platform_core.kits.api.throttling import RateExceededError, admit
from platform_core.kits.observability.context import client
from platform_core.kits.tenancy.scope import tenant
from platform_core.organizations.models import Organization
from platform_core.organizations.selectors.branding import Look, look_of

RATE = "check"


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """This will say who issued a file and whether it still holds. Nothing is stored and nothing is uploaded."""
    asked = request.POST.get("sha256", "") if request.method == "POST" else request.GET.get("sha256", "")
    context: dict[str, object] = {"asked": asked, "sha256": "", "issued": None, "problem": False}
    if not asked:
        return render(request, "docuai/bulk/check.html", context)
    try:
        admit(client().ip or "unknown", RATE)
    except RateExceededError:
        return render(request, "docuai/bulk/check.html", {**context, "is_too_fast": True}, status=429)
    sha256 = clean_hash(asked)
    found, look = _find(sha256) if sha256 else (None, None)
    context |= {"sha256": sha256, "problem": not sha256, "issued": found, "look": look}
    return render(request, "docuai/bulk/check.html", context, status=200 if sha256 else 422)


def _find(sha256: str) -> tuple[Issued | None, Look | None]:
    """What is known of the file, and how its issuer looks."""
    organization_id = issuer_of(sha256)
    if organization_id is None:
        return None, None
    with tenant(organization_id):
        return issued(organization_id, sha256), look_of(Organization.objects.get(pk=organization_id))
