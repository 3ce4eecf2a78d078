"""How long the log is kept, and where it is streamed to."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from platform_core.kits.web import outbound

YEARS = (1, 2, 3, 5, 7, 10)


class RetentionForm(forms.Form):
    """A year at least: that is what auditors of a whole year ask for."""

    days = forms.ChoiceField(
        label=_("Keep the log"), help_text=_("What goes is signed first, so the rest still proves itself.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        years = [(str(365 * n), ngettext("%(n)s year", "%(n)s years", n) % {"n": n}) for n in YEARS]
        self.fields["days"].choices = [("", _("For ever")), *years]  # type: ignore[attr-defined]
        self.fields["days"].required = False


class StreamForm(forms.Form):
    """The collector's address."""

    url = forms.CharField(label=_("Address of your collector"), max_length=500, help_text=_("HTTPS; it answers 2xx."))
    from_start = forms.BooleanField(label=_("Send the whole log first"), required=False)

    def clean_url(self) -> str:
        """This will refuse what we may not call."""
        url = str(self.cleaned_data["url"]).strip()
        try:
            outbound.target_of(url)
        except outbound.OutboundError:
            raise forms.ValidationError(_("Give a public address that begins with https://.")) from None
        return url
