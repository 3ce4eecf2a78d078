"""How many members use what: bars, the table below, and the same as CSV."""

import csv
import io
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from platform_core.access.doors import organization_page
from platform_core.analytics import selectors
from platform_core.analytics.products import PRODUCTS
from platform_core.kits.web.ranges import disposition
from platform_core.organizations.models import Organization
from platform_core.permissions import ORGANIZATION_MANAGE


@require_safe
@organization_page(ORGANIZATION_MANAGE)
def activity(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will show active accounts of the last 30 days or 12 months."""
    by = _by(request)
    periods = selectors.active(organization, by=by, now=timezone.now())
    most = max(period.accounts for period in periods)
    step = 100 / len(periods)
    bars = [
        {"x": round(step * (n + 0.15), 2), "width": round(step * 0.7, 2), "height": 100 * period.accounts / (most or 1)}
        for n, period in enumerate(periods)
    ]
    shown = [key for key in PRODUCTS if any(key in period.products for period in periods)]
    context = {
        "organization": organization,
        "by": by,
        "bars": [{**bar, "y": round(100 - bar["height"], 2), "height": round(bar["height"], 2)} for bar in bars],
        "most": most,
        "api_calls": sum(period.api_calls for period in periods),
        "half": most // 2 if most % 2 == 0 else None,
        "running": periods[-1],
        "before": periods[-2],
        "first": periods[0].begins,
        "middle": periods[len(periods) // 2].begins,
        "names": [PRODUCTS[key] for key in shown],
        "rows": [(one, [one.products.get(key, 0) for key in shown]) for one in reversed(periods)],
    }
    return render(request, "analytics/activity.html", context)


@require_safe
@organization_page(ORGANIZATION_MANAGE)
def table(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will give the table as CSV: figures only, no names."""
    by = _by(request)
    periods = selectors.active(organization, by=by, now=timezone.now())
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow([by, "accounts", *PRODUCTS, "api_calls"])
    for one in periods:
        products = [one.products.get(key, 0) for key in PRODUCTS]
        lines.writerow([one.begins.isoformat(), one.accounts, *products, one.api_calls])
    answer = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = disposition(f"activity-{organization.slug}-{periods[-1].begins}.csv")
    return answer


def _by(request: HttpRequest) -> Any:
    return "month" if request.GET.get("by") == "month" else "day"
