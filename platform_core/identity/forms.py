"""Codes, names, and what an organization requires."""

from django import forms
from django.utils.translation import gettext_lazy as _

from platform_core.identity.services.factors import NAME_LENGTH

GRACE_DAYS = (0, 3, 7, 14, 30)


class CodeForm(forms.Form):
    """Six digits of an authenticator app."""

    code = forms.CharField(
        label=_("Code"),
        help_text=_("Six digits, from the app."),
        max_length=20,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false", "autofocus": True}
        ),
    )


class RecoveryForm(forms.Form):
    """One of the codes that were written down."""

    code = forms.CharField(
        label=_("Recovery code"),
        help_text=_("Ten letters and digits. Each code works once."),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}
        ),
    )


class PasswordForm(forms.Form):
    """The password once more."""

    step_password = forms.CharField(
        label=_("Password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )


class NameForm(forms.Form):
    """What a factor is called."""

    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH)


class PolicyForm(forms.Form):
    """Whether a second factor is required, and from when on."""

    required = forms.ChoiceField(
        label=_("Second factor"),
        choices=[("no", _("Each member decides")), ("yes", _("Required of every member"))],
        widget=forms.RadioSelect,
    )
    grace_days = forms.TypedChoiceField(
        label=_("Takes effect"),
        help_text=_("Until then members without a second factor are asked to add one, and still get in."),
        coerce=int,
        choices=[
            (0, _("At once")),
            (3, _("In 3 days")),
            (7, _("In 7 days")),
            (14, _("In 14 days")),
            (30, _("In 30 days")),
        ],
    )
