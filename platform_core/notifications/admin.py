"""What went out to whom, for platform staff: states and reasons, no texts."""

from platform_core.kits.web.staff import StaffModelAdmin, register
from platform_core.notifications.models import NotificationDelivery


@register(NotificationDelivery)
class NotificationDeliveryAdmin(StaffModelAdmin):
    list_display = ("notification", "organization", "channel", "state", "held", "reason", "due_at")
    list_filter = ("state", "channel", "held")
    list_select_related = ("organization", "notification")
    search_fields = ("notification__user__email", "notification__kind")
    ordering = ("-id",)
    raw_id_fields = ("notification", "mail", "sms")
