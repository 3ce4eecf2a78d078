"""Forms of an organization: founding, general settings, inviting, handing over."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from platform_core.accounts.selectors import fault_of, plain_address
from platform_core.accounts.selectors.choices import regions, time_zones
from platform_core.kits.permissions import Permission
from platform_core.kits.web.accents import is_color
from platform_core.kits.web.names import refuse_disguised, refuse_hidden
from platform_core.organizations.address_lists import MOST_BYTES, ListError, entries_of, read_file
from platform_core.organizations.errors import OrganizationError
from platform_core.organizations.models import Membership, Organization, Team
from platform_core.organizations.selectors.roles import GivenRole

MOST_ADDRESSES = 50
MOST_NAMED = 3


def name_field() -> forms.CharField:
    """This will make the field of an organization's name."""
    checks = [refuse_hidden, refuse_disguised]
    return forms.CharField(label=gettext_lazy("Name"), min_length=2, max_length=120, validators=checks)


class FoundForm(forms.Form):
    """A new organization needs a name and nothing else."""

    name = name_field()


class GeneralForm(forms.Form):
    """Name and what new people and mails start with."""

    name = name_field()
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        help_text=gettext_lazy("Of mails to people who have not chosen one."),
        choices=settings.LANGUAGES,
    )
    region = forms.ChoiceField(label=gettext_lazy("Region"), required=False)
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=time_zones)

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        initial = {
            "name": organization.name,
            "language": organization.default_language,
            "region": organization.region,
            "time_zone": organization.time_zone,
        }
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        region = self.fields["region"]
        assert isinstance(region, forms.ChoiceField)
        region.choices = [("", _("Not set")), *regions()]


class InviteForm(forms.Form):
    """One address or many, pasted as they come; all get the same role."""

    emails = forms.CharField(
        label=gettext_lazy("E-mail addresses"),
        help_text=gettext_lazy("One or many, separated by commas, spaces or lines."),
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
        max_length=20_000,
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"))

    def __init__(self, *args: Any, roles: list[GivenRole], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = self.fields["role"]
        assert isinstance(role, forms.ChoiceField)
        role.choices = [(given.value, given.label) for given in reversed(roles)]

    def clean_emails(self) -> list[str]:
        """This will give each address once, or name those that are none; nothing is sent then."""
        words = [word for word in re.split(r"[\s,;<>]+", self.cleaned_data["emails"]) if "@" in word or "." in word]
        found = list(dict.fromkeys(plain_address(word.strip("\"'()")) for word in words))
        wrong = [word for word in found if fault_of(word)]
        if wrong:
            shown = ", ".join(wrong[:MOST_NAMED])
            text = ngettext(
                "%(shown)s is no e-mail address. Correct it; nothing was sent.",
                "%(n)s are no e-mail addresses, such as %(shown)s. Correct them; nothing was sent.",
                len(wrong),
            )
            raise ValidationError(text % {"shown": shown, "n": len(wrong)})
        if not found:
            raise ValidationError(_("Enter an e-mail address, such as ana@example.com."))
        if len(found) > MOST_ADDRESSES:
            raise ValidationError(
                _("%(n)s addresses, %(most)s at most at once. Invite them in parts; nothing was sent.")
                % {"n": len(found), "most": MOST_ADDRESSES}
            )
        return found


class InviteListForm(forms.Form):
    """A pasted list or a CSV; role and team hold for lines that name none."""

    people = forms.CharField(
        label=gettext_lazy("Addresses"),
        help_text=gettext_lazy("With a first line “email,role,team” each line may have its own role and team."),
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off", "spellcheck": "false"}),
        max_length=MOST_BYTES,
        required=False,
    )
    file = forms.FileField(
        label=gettext_lazy("Or a CSV"),
        help_text=gettext_lazy("Up to 10,000 lines and 2 MB."),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"class": "input", "accept": ".csv,.txt,.tsv"}),
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"))
    team = forms.ChoiceField(label=gettext_lazy("Team"), required=False)

    def __init__(self, *args: Any, roles: list[GivenRole], teams: list[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role, team = self.fields["role"], self.fields["team"]
        assert isinstance(role, forms.ChoiceField)
        assert isinstance(team, forms.ChoiceField)
        role.choices = [(given.value, given.label) for given in reversed(roles)]
        team.choices = [("", _("No team")), *((str(row.pk), row.name) for row in teams)]

    def clean(self) -> dict[str, Any]:
        """This will read the file, or what was pasted, into ``entries``."""
        given = super().clean() or {}
        file = given.get("file")
        try:
            given["entries"] = entries_of(read_file(file.read(MOST_BYTES + 1)) if file else given.get("people", ""))
        except ListError as error:
            self.add_error("file" if file else "people", str(error))
        return given


class MemberField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Members by name, with the role they hold now."""

    def label_from_instance(self, obj: Membership) -> str:
        """This will name one of them."""
        return f"{obj.user} ({obj.role_name})"


class TransferForm(forms.Form):
    """Who shall own the organization."""

    member = MemberField(
        label=gettext_lazy("New owner"), queryset=Membership.objects.none(), empty_label=gettext_lazy("Choose a member")
    )

    def __init__(self, *args: Any, others: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["member"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = others


class NamedForm(forms.Form):
    """What a role or team is called; the service says what is wrong with it."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60, validators=[refuse_hidden])
    description = forms.CharField(
        label=gettext_lazy("Description"),
        help_text=gettext_lazy("Who it is for, in one line."),
        max_length=200,
        required=False,
    )

    def blame(self, refused: OrganizationError) -> None:
        """This will show a refusal of the service at its field."""
        field = getattr(refused, "field", "")
        self.add_error(field if field in self.fields else None, str(refused))


class RoleForm(NamedForm):
    """A role: a name and what it may do, out of what the person holds themselves."""

    permissions = forms.MultipleChoiceField(
        label=gettext_lazy("The role may"),
        error_messages={"required": gettext_lazy("Choose at least one thing that the role may do.")},
    )

    def __init__(self, *args: Any, offered: dict[str, list[Permission]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = offered
        field = self.fields["permissions"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(p.name, p.label) for group in offered.values() for p in group]

    @property
    def groups(self) -> list[tuple[str, list[tuple[str, Any, bool]]]]:
        """The boxes by product, ticked as they were sent or stand."""
        ticked = set(self["permissions"].value() or ())
        return [
            (product, [(p.name, p.label, p.name in ticked) for p in group]) for product, group in self.offered.items()
        ]


class BrandForm(forms.Form):
    """How the organization looks; the services say what is wrong with color and logo."""

    sender_name = forms.CharField(
        label=gettext_lazy("Sender’s name"),
        help_text=gettext_lazy("In mails; else the organization’s name."),
        max_length=80,
        required=False,
        validators=[refuse_hidden, refuse_disguised],
    )
    accent = forms.CharField(
        label=gettext_lazy("Color"),
        help_text=gettext_lazy("Such as #0b6e4f. Where it could not be read, a darker or lighter one is used."),
        max_length=7,
        required=False,
    )
    postal_address = forms.CharField(
        label=gettext_lazy("Postal address"), widget=forms.Textarea(attrs={"rows": 3}), max_length=300, required=False
    )
    logo = forms.FileField(
        label=gettext_lazy("Logo"),
        help_text=gettext_lazy("PNG, JPEG or WebP, up to 5 MB."),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"class": "input", "accept": "image/png,image/jpeg,image/webp"}),
    )
    remove_logo = forms.BooleanField(label=gettext_lazy("Remove the logo"), required=False)

    def clean_accent(self) -> str:
        """This will refuse what is no color before anything is stored."""
        accent = str(self.cleaned_data["accent"])
        if accent and not is_color(accent):
            raise ValidationError(_("Write the color as # and six digits, such as #0b6e4f."))
        return accent


class RecoveryForm(forms.Form):
    """What is shown instead of an owner's word, and why."""

    ground = forms.ChoiceField(
        label=gettext_lazy("What you can show"),
        choices=[
            ("admins", gettext_lazy("Another admin agrees")),
            ("domain", gettext_lazy("The organization’s domain: a record in its DNS, which platform staff check")),
        ],
        widget=forms.RadioSelect,
        initial="admins",
    )
    reason = forms.CharField(
        label=gettext_lazy("Why no owner can be reached"),
        help_text=gettext_lazy("Every owner and admin reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=300,
    )
