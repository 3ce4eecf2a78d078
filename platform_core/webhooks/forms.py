"""Forms of webhook pages."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from platform_core.access.scopes import PRODUCTS
from platform_core.events.services import public_types
from platform_core.webhooks.models import EVERYTHING, NAME_LENGTH, URL_LENGTH, WebhookEndpoint
from platform_core.webhooks.services import WebhookError


@dataclass(frozen=True, slots=True)
class TypeChoice:
    """One box to tick."""

    name: str
    label: Any
    ticked: bool


class EndpointForm(forms.Form):
    """Address, what it is for, and what it receives."""

    url = forms.CharField(
        label=_("Address"),
        help_text=_("Where your program listens: a public address with https."),
        max_length=URL_LENGTH,
        widget=forms.URLInput(attrs={"placeholder": "https://example.com/webhooks", "autocomplete": "off"}),
    )
    description = forms.CharField(
        label=_("Description"),
        help_text=_("What receives them, for people."),
        max_length=NAME_LENGTH,
        required=False,
    )
    event_types = forms.MultipleChoiceField(
        label=_("It receives"), error_messages={"required": _("Choose at least one type of event.")}
    )

    def __init__(self, *args: Any, endpoint: WebhookEndpoint | None = None, **kwargs: Any) -> None:
        if endpoint is not None:
            known = {"url": endpoint.url, "description": endpoint.description, "event_types": endpoint.event_types}
            kwargs.setdefault("initial", known)
        super().__init__(*args, **kwargs)
        names = [EVERYTHING, *(one.product for one in public_types()), *(one.name for one in public_types())]
        self.fields["event_types"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]

    @property
    def everything(self) -> bool:
        """Whether all events are asked for."""
        return EVERYTHING in self._ticked()

    @property
    def groups(self) -> list[tuple[str, TypeChoice | None, list[TypeChoice]]]:
        """The boxes by product, ticked as they were sent; DocuAI has one for all of its own."""
        ticked = self._ticked()
        found: dict[str, list[TypeChoice]] = {}
        for one in public_types():
            is_ours = one.product.removesuffix(".") not in PRODUCTS
            key = "platform_core" if is_ours or one.product == "platform_core." else one.product.removesuffix(".")
            found.setdefault(key, []).append(TypeChoice(one.name, one.label, one.name in ticked))
        groups: list[tuple[str, TypeChoice | None, list[TypeChoice]]] = []
        for key, choices in found.items():
            whole = f"{key}."
            every = TypeChoice(whole, _("Everything of this product"), whole in ticked)
            groups.append((str(PRODUCTS.get(key, key)), None if key == "platform_core" else every, choices))
        return groups

    def blame(self, refused: WebhookError) -> None:
        """This will show a refusal of the service at its field."""
        self.add_error(refused.field if refused.field in self.fields else None, str(refused))

    def _ticked(self) -> set[str]:
        return set(self["event_types"].value() or ())


class SourceForm(forms.Form):
    """What sends, and the secret it signs with if it brings its own."""

    name = forms.CharField(label=_("Name"), help_text=_("The system that sends."), max_length=NAME_LENGTH)
    secret = forms.CharField(
        label=_("Signing secret"),
        help_text=_("Where the other system made one, whsec_…; leave it empty and we make one."),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def blame(self, refused: WebhookError) -> None:
        """This will show a refusal of the service at its field."""
        self.add_error(refused.field if refused.field in self.fields else None, str(refused))


class WindowForm(forms.Form):
    """How far back failed events are sent again."""

    hours = forms.TypedChoiceField(
        label=_("Failed in"),
        coerce=int,
        choices=[(1, _("the last hour")), (24, _("the last day")), (72, _("the last three days")), (720, _("30 days"))],
        initial=24,
    )

    def window(self) -> dict[str, Any]:
        """This will turn the choice into two instants."""
        now = timezone.now()
        return {"since": now - timedelta(hours=self.cleaned_data["hours"]), "until": now + timedelta(minutes=1)}
