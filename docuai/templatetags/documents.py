"""Filters of DocuAI's pages."""

from collections.abc import Mapping
from typing import Any

from django import template

from docuai.bulk import wording

register = template.Library()


@register.filter
def in_words(error: Mapping[str, Any] | None) -> dict[str, Any]:
    """This will give a row's stored error in the reader's language."""
    return wording.in_words(error)
