"""Signing in and up, and what a person may change about themselves."""

from typing import Any

from allauth.account.forms import AddEmailForm, ChangePasswordForm, LoginForm, ResetPasswordForm, SignupForm
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from platform_core.accounts.models import User
from platform_core.accounts.selectors.choices import regions, time_zones
from platform_core.kits.web.names import refuse_hidden
from platform_core.kits.web.pictures import MOST_BYTES


class Plain:
    """Takes allauth's placeholders away (the label stands above) and writes E-mail as we do."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, forms.Field] = self.fields  # type: ignore[attr-defined]
        for name, field in fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name in ("login", "email"):
                field.label = _("E-mail")


class SignInForm(Plain, LoginForm):
    """Named, as the others of allauth, by the setting ACCOUNT_FORMS."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["remember"].label = _("Stay signed in on this device for 14 days")


class SignUpForm(Plain, SignupForm):
    """With a name: that is how colleagues find a person. Saved by the adapter."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=150,
        validators=[refuse_hidden],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("name", "email", "password1")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(self.field_order)


class AddressForm(Plain, AddEmailForm):
    """Another e-mail address."""


class ResetForm(Plain, ResetPasswordForm):
    """Where to send the link for a new password."""


class PasswordForm(Plain, ChangePasswordForm):
    """The old password and the new one."""


class ProfileForm(forms.Form):
    """Name, language, region, time zone and theme."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=150,
        validators=[refuse_hidden],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=User.Language.choices)
    region = forms.ChoiceField(
        label=gettext_lazy("Region"), required=False, help_text=gettext_lazy("How numbers are written for you.")
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"), help_text=gettext_lazy("All times are shown in it."), choices=time_zones
    )
    theme = forms.ChoiceField(label=gettext_lazy("Theme"), choices=User.Theme.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, person: User, language: str, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "name": person.name,
            "language": person.language or language,
            "region": person.region,
            "time_zone": person.time_zone,
            "theme": person.theme,
        }
        super().__init__(*args, **kwargs)
        region = self.fields["region"]
        assert isinstance(region, forms.ChoiceField)
        region.choices = [("", _("Not set")), *regions()]


class PictureForm(forms.Form):
    """A picture; what it really is, is found out by reading it."""

    picture = forms.FileField(
        label=gettext_lazy("Picture"),
        help_text=gettext_lazy("PNG, JPEG or WebP, at most 5 MB."),
        allow_empty_file=True,
        max_length=255,
        widget=forms.ClearableFileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )

    def content(self) -> bytes:
        """This will read the file, one byte more than is allowed at most."""
        content: bytes = self.cleaned_data["picture"].read(MOST_BYTES + 1)
        return content
