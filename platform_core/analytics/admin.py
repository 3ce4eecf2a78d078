"""Active accounts over all organizations, for platform staff: the figures of a month, and the days behind them."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar, cast

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action as unfold_action

from platform_core.analytics import selectors
from platform_core.analytics.models import ActiveDay
from platform_core.analytics.products import PRODUCTS
from platform_core.kits.web.staff import StaffModelAdmin, register

Page = TypeVar("Page", bound=Callable[..., Any])
action: Callable[..., Callable[[Page], Page]] = cast(
    Any, unfold_action
)  # its annotations know neither lazy texts nor methods


@register(ActiveDay)
class ActiveDayAdmin(StaffModelAdmin):
    list_display = ("day", "organization", "product", "user")
    list_filter = ("product", ("day", admin.DateFieldListFilter))
    list_select_related = ("organization", "user")
    ordering = ("-day",)
    actions_list: Any = ("figures",)

    @action(description=gettext_lazy("Active accounts by month"), url_path="figures")
    def figures(self, request: HttpRequest) -> HttpResponse:
        """This will show a month: each organization, in all and by product."""
        months = selectors.months_until(timezone.now())
        month = _month(request.GET.get("month", ""), months)
        accounts, organizations = selectors.everybody(month)
        shown = {
            **self.admin_site.each_context(request),
            "title": _("Active accounts by month"),
            "opts": self.model._meta,
            "months": list(reversed(months)),
            "month": month,
            "accounts": accounts,
            "organizations": organizations,
            "names": list(PRODUCTS.values()),
            "rows": [(use, [use.products.get(key, 0) for key in PRODUCTS]) for use in selectors.uses(month)],
        }
        return render(request, "admin/active_accounts.html", shown)


def _month(text: str, months: list[date]) -> date:
    """The month that the address names, the running one if it names none of those that are shown."""
    return next((one for one in months if f"{one:%Y-%m}" == text), months[-1])
