"""Forms of the library: a new template, what a template is called, an uploaded source."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from docuai.library import services
from docuai.library.uploads import MAX_BYTES

BLANK_TYPST = b"""#let row = json("data.json")

#set document(title: "Letter for " + row.name)
#set page(paper: "a4", margin: 25mm)
#set text(font: "Inter", size: 11pt, lang: row.at("lang", default: "en"))

= Hello #row.name

This document was made from one row of a table.
"""


def languages() -> list[tuple[str, Any]]:
    """This will list the languages that a source may be in."""
    return list(settings.LANGUAGES)


class SourceFile(forms.FileField):
    """A file that can become a source: never over 20 MB; what is in it is for inspection to say."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        """This will check the size before anything reads the content."""
        if isinstance(data, UploadedFile) and (data.size or 0) > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than 20 MB. Use smaller pictures in it."))
        return super().clean(data, initial)


class UploadTemplate(forms.Form):
    """A new template from a file."""

    file = SourceFile(
        label=_("File"),
        help_text=_(
            "Word (.docx) with tags such as {{ name }}, Typst (.typ), or a ZIP of Typst source and its pictures."
        ),
        widget=forms.FileInput(attrs={"accept": ".docx,.typ,.zip"}),
        allow_empty_file=True,
    )
    name = forms.CharField(
        label=_("Name"), max_length=120, required=False, help_text=_("The file's name, if left empty.")
    )
    language = forms.ChoiceField(label=_("Language of this file"), choices=languages)


class BlankTemplate(forms.Form):
    """A new template that begins with a few lines of Typst."""

    name = forms.CharField(label=_("Name"), max_length=120)
    language = forms.ChoiceField(label=_("Language"), choices=languages)


class UploadSource(forms.Form):
    """Another file for a template that is there: it becomes the next version."""

    file = SourceFile(
        label=_("File"), widget=forms.FileInput(attrs={"accept": ".docx,.typ,.zip"}), allow_empty_file=True
    )
    language = forms.ChoiceField(label=_("Language of this file"), choices=languages)


class DescribeTemplate(forms.Form):
    """What a template is called and found by."""

    name = forms.CharField(label=_("Name"), max_length=120)
    description = forms.CharField(label=_("Description"), max_length=300, required=False)
    tags = forms.CharField(label=_("Tags"), max_length=400, required=False, help_text=_("Separated by commas."))

    def clean_name(self) -> str:
        """This will refuse a name of nothing but spaces."""
        return str(self._refused("name", services.clean_name))

    def clean_tags(self) -> list[str]:
        """This will cut the tags apart."""
        return list(self._refused("tags", lambda text: services.clean_tags(text.split(","))))

    def _refused(self, field: str, check: Any) -> Any:
        try:
            return check(self.cleaned_data[field])
        except services.TemplateError as error:
            raise forms.ValidationError(str(error)) from error
