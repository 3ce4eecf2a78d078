"""What the second of two editors is told: who changed it and when. Their input stays on the page."""

from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from platform_core.audit.selectors import audit_rows
from platform_core.kits.web.times import when


def who_was_faster(organization_id: Any, row: Model, *actions: str) -> str:
    """This will say who changed a row last, by the audit log; ``actions`` narrow which changes count."""
    rows = audit_rows(organization_id, target_type=row._meta.label_lower, target_id=str(row.pk), outcome="done")
    last = (rows.filter(action__in=actions) if actions else rows).order_by("-at", "-id").first()
    if last is None or not last["actor_name"]:
        return _(
            "Somebody changed this while you were editing. Nothing was saved; your input is still here. %(next)s"
        ) % {"next": _next()}
    return _(
        "%(name)s changed this %(when)s, while you were editing. Nothing was saved; your input is still here. %(next)s"
    ) % {"name": last["actor_name"], "when": when(last["at"], now=timezone.now()), "next": _next()}


def _next() -> str:
    return _("Save again to put it in place of theirs, or load the page anew to see theirs.")
