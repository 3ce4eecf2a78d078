"""The door for other systems: ``POST /hooks/in/<source id>/``. No session and no form: the signature says who calls."""

import logging
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from platform_core.audit.services import audit_refusal
from platform_core.kits.api.problems import CONTENT_TYPE, problem
from platform_core.kits.api.throttling import RateExceededError, admit
from platform_core.kits.crypto.signing import ForgedError
from platform_core.kits.observability.context import request_id
from platform_core.kits.tenancy.scope import enter_tenant, locate
from platform_core.webhooks import services
from platform_core.webhooks.models import WebhookSource

MAX_BYTES = 256_000
logger = logging.getLogger(__name__)


@csrf_exempt
@never_cache
@require_POST
def hook_in(request: HttpRequest, source_id: Any) -> HttpResponse:
    """This will store a signed event once and answer 202; 200 for one that is here already."""
    try:
        admit(f"source:{source_id}", "hook")
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES:
            raise RequestDataTooBig
        body = request.body
    except RateExceededError as refused:
        return _problem(429, "rate_exceeded", str(refused), **refused.headers)
    except RequestDataTooBig:
        return _problem(413, "too_large", _("An event may have %(count)s bytes.") % {"count": MAX_BYTES})
    owner = locate(WebhookSource.objects.filter(pk=source_id))
    if owner is None:
        return _problem(404, "not_found", _("There is no such source."))
    enter_tenant(owner)
    source = WebhookSource.objects.for_organization(owner).get(pk=source_id)
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        stored, is_new = services.receive(source=source, headers=headers, body=body, now=timezone.now())
    except ForgedError as forged:
        logger.warning("webhooks.forged", extra={"source": str(source_id), "reason": forged.code})
        audit_refusal(action="webhook.forged", target=source)
        return _problem(401, f"signature_{forged.code}", _("Sign the event with this source’s secret, now."))
    except services.WebhookStateError as closed:
        return _problem(410, closed.code, str(closed))
    except UnicodeError:
        return _problem(400, "not_text", _("Send the event as UTF-8 text."))
    return JsonResponse({"id": str(stored.pk), "new": is_new}, status=202 if is_new else 200)


def _problem(status: int, code: str, detail: str, **headers: str) -> HttpResponse:
    body = problem(status, code, detail, request_id=request_id())
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE, headers=headers)
