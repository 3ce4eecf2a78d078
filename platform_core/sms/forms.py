"""A number, and the code that proves it."""

from django import forms
from django.utils.translation import gettext_lazy


class NumberForm(forms.Form):
    """Whether it is a number is the service's to judge."""

    number = forms.CharField(
        label=gettext_lazy("Mobile number"),
        help_text=gettext_lazy("With its country, such as +34 600 111 222."),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )


class CodeForm(forms.Form):
    """Six digits."""

    code = forms.CharField(
        label=gettext_lazy("Code from the text message"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
