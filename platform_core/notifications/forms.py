"""How a person wants to be told: quiet hours and digest."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from platform_core.notifications.models import NotificationSchedule

FIELDS = ("digest", "digest_hour", "quiet_from", "quiet_until")


class ScheduleForm(forms.Form):
    """Times are those of the person's own time zone."""

    digest = forms.ChoiceField(
        label=gettext_lazy("Mails come"), choices=NotificationSchedule.Digest.choices, widget=forms.Select
    )
    digest_hour = forms.TypedChoiceField(
        label=gettext_lazy("Digest at"), choices=[(hour, f"{hour:02d}:00") for hour in range(24)], coerce=int
    )
    quiet_from = forms.TimeField(
        label=gettext_lazy("Quiet from"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    quiet_until = forms.TimeField(
        label=gettext_lazy("Quiet until"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )

    def clean(self) -> dict[str, Any]:
        """This will want both ends of the quiet hours or none."""
        found = super().clean() or {}
        begins, ends = found.get("quiet_from"), found.get("quiet_until")
        for name, here, there in (("quiet_from", begins, ends), ("quiet_until", ends, begins)):
            if here is None and there is not None and name not in self.errors:
                self.add_error(name, _("Quiet hours need both a beginning and an end. Leave both empty for none."))
        return found
