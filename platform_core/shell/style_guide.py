"""Samples for the style guide: a form in its states, rows of a table."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from platform_core.kits.web.pagination import paginate

NAMES = (
    "Ngọc Trần",
    "Siobhán O’Brien",
    "Łukasz Wiśniewski",
    "Valentina Gómez",
    "María de los Ángeles Fernández-Villaverde",
)
STATES = ("run", "run", "done", "warn", "bad")


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label=_("Name"), help_text=_("As it stands on the document."), max_length=60)
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea)
    language = forms.ChoiceField(label=_("Language"), choices=[("en", "English"), ("es", "Español")])
    format = forms.ChoiceField(
        label=_("Format"), choices=[("pdf", "PDF"), ("docx", "Word")], widget=forms.RadioSelect, initial="pdf"
    )
    password = forms.CharField(label=_("Password"), widget=forms.PasswordInput(attrs={"autocomplete": "off"}))
    file = forms.FileField(label=_("Table"), required=False)
    keep = forms.BooleanField(label=_("Keep the draft"), required=False)


def context(request: HttpRequest) -> dict[str, Any]:
    """This will give the page its samples."""
    rows = [(number, NAMES[number % 5], STATES[number % 5]) for number in range(1, 61)]
    return {
        "form": SampleForm(prefix="a"),
        "wrong": SampleForm({"b-name": "", "b-language": "xx"}, prefix="b"),
        "shown": paginate(request, rows, size=5),
        "now": timezone.now(),
    }
