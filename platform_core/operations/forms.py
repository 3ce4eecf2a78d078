"""What staff fill in before something is paused, said or done in somebody's name; what an organization answers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from platform_core.kits.work.pausing import QUEUES
from platform_core.operations.models import Notice, Pause
from platform_core.organizations.models import Organization


class _When(forms.DateTimeInput):
    input_type = "datetime-local"


class PauseForm(forms.Form):
    """What is paused, why, until when."""

    scope = forms.ChoiceField(label=_("What is paused"), choices=Pause.Scope.choices)
    name = forms.ChoiceField(label=_("Queue or provider"), required=False)
    organization = forms.ModelChoiceField(
        label=_("Organization"), queryset=Organization.objects.order_by("name"), required=False
    )
    reason_en = forms.CharField(label=_("Reason in English"), max_length=300, help_text=_("Its users read it."))
    reason_es = forms.CharField(label=_("Reason in Spanish"), max_length=300)
    until = forms.DateTimeField(
        label=_("Until"), required=False, widget=_When, help_text=_("Empty: until it is lifted.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        providers = sorted({queue.provider for queue in QUEUES.values() if queue.provider})
        queues = [(queue.name, queue.label) for queue in QUEUES.values()]
        choices: list[Any] = [("", "–"), (_("Queues"), queues), (_("Providers"), [(name, name) for name in providers])]
        self.fields["name"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """This will leave out what the scope does not use."""
        found = dict(super().clean() or {})
        if found.get("scope") == Pause.Scope.ORGANIZATION:
            found["name"] = ""
        else:
            found["organization"] = None
        return found


class NoticeForm(forms.Form):
    """A dated banner."""

    level = forms.ChoiceField(label=_("Level"), choices=Notice.Level.choices)
    text_en = forms.CharField(label=_("Text in English"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))
    text_es = forms.CharField(label=_("Text in Spanish"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))
    organization = forms.ModelChoiceField(
        label=_("Only for one organization"), queryset=Organization.objects.order_by("name"), required=False
    )
    starts_at = forms.DateTimeField(label=_("From"), widget=_When)
    ends_at = forms.DateTimeField(label=_("Until"), widget=_When)


class ActAsForm(forms.Form):
    """As whom, why, for how long."""

    organization = forms.ModelChoiceField(label=_("Organization"), queryset=Organization.objects.order_by("name"))
    email = forms.EmailField(label=_("Member’s e-mail address"))
    reason = forms.CharField(
        label=_("Reason"), min_length=10, max_length=300, help_text=_("The member and the owners get it by mail.")
    )
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=30, initial=30)
    acts = forms.BooleanField(
        label=_("Change things"),
        required=False,
        help_text=_(
            "Without this you look on, and nothing can be changed. Keys, roles and sign-in stay closed either way."
        ),
    )


class SupportForm(forms.Form):
    """Whether staff may act as members."""

    allowed = forms.ChoiceField(
        label=_("When you ask for help"),
        widget=forms.RadioSelect,
        choices=[
            ("yes", _("Platform staff may act as a member, for half an hour at most and with a reason")),
            ("no", _("Nobody of the platform acts as a member")),
        ],
    )
