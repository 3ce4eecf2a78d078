"""The form of a new API key."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from platform_core.access.can import Principal
from platform_core.access.scopes import grantable
from platform_core.access.services import NAME_LENGTH, KeyRefusedError

NEVER = "never"
LIVE, TEST = "live", "test"


@dataclass(frozen=True, slots=True)
class ScopeChoice:
    """One box to tick."""

    name: str
    label: Any
    ticked: bool


class KeyForm(forms.Form):
    """Name, scopes among those that the person holds, and an end."""

    name = forms.CharField(
        label=_("Name"), help_text=_("What the key is for: a program, a machine, a job."), max_length=NAME_LENGTH
    )
    mode = forms.ChoiceField(
        label=_("Kind"),
        choices=[
            (LIVE, _("Live: it works in earnest")),
            (
                TEST,
                _("Test: mail stays in the test inbox, documents carry TEST, nothing is counted, no webhook is told"),
            ),
        ],
        initial=LIVE,
        required=False,
        widget=forms.RadioSelect,
    )
    scopes = forms.MultipleChoiceField(
        label=_("The key may"), error_messages={"required": _("Choose at least one thing that the key may do.")}
    )
    expires = forms.ChoiceField(
        label=_("Ends"),
        choices=[
            ("30", _("In 30 days")),
            ("90", _("In 90 days")),
            ("365", _("In a year")),
            (NEVER, _("Never, until somebody revokes it")),
        ],
        initial="90",
    )

    def __init__(self, *args: Any, principal: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = grantable(principal)
        scopes = self.fields["scopes"]
        scopes.choices = [(p.name, p.label) for group in self.offered.values() for p in group]  # type: ignore[attr-defined]

    @property
    def groups(self) -> list[tuple[str, list[ScopeChoice]]]:
        """The boxes by product, ticked as they were sent."""
        ticked = set(self["scopes"].value() or ())
        return [
            (product, [ScopeChoice(p.name, p.label, p.name in ticked) for p in group])
            for product, group in self.offered.items()
        ]

    @property
    def is_test(self) -> bool:
        """Whether a test key is asked for; a form that says nothing asks for a live one."""
        return bool(self.cleaned_data["mode"] == TEST)

    def expires_at(self, now: datetime) -> datetime | None:
        """This will turn the choice into an instant; None for a key without end."""
        chosen = self.cleaned_data["expires"]
        return None if chosen == NEVER else now + timedelta(days=int(chosen))

    def blame(self, refused: KeyRefusedError) -> None:
        """This will show a refusal of the service at its field."""
        self.add_error(refused.field if refused.field in self.fields else None, str(refused))
