"""The words for what reading found and did not stop at."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from docuai.bulk.tables.shapes import Notice
from platform_core.kits.web import numbers

_MESSAGES = {
    "wrong_extension": _("“%(file_name)s” is read as %(kind)s: its content is not what its name says."),
    "duplicate_header": _("Two columns are named “%(original)s”: number %(number)s is called “%(name)s” here."),
    "empty_header": _("Column %(number)s has no name: it is called “%(name)s” here."),
    "encoding_uncertain": _(
        "The encoding is not certain. Look at the lines below and choose the reading that is right."
    ),
    "delimiter_uncertain": _("Every row has one cell. If that is wrong, choose another delimiter."),
    "empty_column": _("The column “%(name)s” is empty."),
    "largest_cell": _("The largest cell has %(size)s, in row %(number)s."),
}


def describe(notice: Notice) -> str:
    """This will put a notice into words, in the reader's language."""
    words = dict(notice.params)
    if notice.code == "ragged_rows":
        return (
            ngettext(
                "%(count)s row has more or fewer cells than there are columns: row %(first)s.",
                "%(count)s rows have more or fewer cells than there are columns, the first is row %(first)s.",
                words["count"],
            )
            % words
        )
    if notice.code == "blank_rows":
        return (
            ngettext("%(count)s blank line is passed over.", "%(count)s blank lines are passed over.", words["count"])
            % words
        )
    if "bytes" in words:
        words["size"] = numbers.size(words["bytes"])
    return str(_MESSAGES[notice.code]) % words
