"""Text messages on their way out, for platform staff. Numbers and words stay hidden: whose they are is enough."""

from typing import ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.kits.web.staff import StaffModelAdmin, register
from platform_core.organizations.services.limits import LimitReachedError
from platform_core.sms import services
from platform_core.sms.models import MobileNumber, OutgoingSms


@register(OutgoingSms)
class OutgoingSmsAdmin(StaffModelAdmin):
    list_display = ("user", "organization", "kind", "state", "segments", "attempts", "created_at", "sent_at", "error")
    list_filter = ("state", "kind")
    list_select_related = ("organization", "user")
    search_fields = ("user__email", "provider_id")
    ordering = ("-created_at",)
    exclude: ClassVar = ["to_number", "text"]
    actions = ("again",)

    @admin.action(description=gettext_lazy("Send again (it may arrive twice)"), permissions=["act"])
    def again(self, request: HttpRequest, chosen: QuerySet[OutgoingSms]) -> None:
        """This will queue what failed or is unknown once more."""
        sent = 0
        for sms in chosen:
            with unscoped(), tenant(sms.organization_id):
                try:
                    sent += services.send_again(actor=request.user, sms=sms)  # type: ignore[arg-type]
                except LimitReachedError as refused:
                    messages.error(request, str(refused))
        messages.success(request, _("Queued again: %(n)s.") % {"n": sent})


@register(MobileNumber)
class MobileNumberAdmin(StaffModelAdmin):
    list_display = ("user", "verified_at", "codes", "tries", "code_sent_at")
    list_select_related = ("user",)
    search_fields = ("user__email",)
    ordering = ("-verified_at",)
    exclude: ClassVar = ["number", "asked_number", "code_hash"]
