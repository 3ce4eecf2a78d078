"""The words for what reading found and did not stop at."""

from django.utils.translation import gettext_lazy as _

from docuai.bulk.tables.shapes import Notice

_MESSAGES = {
    "wrong_extension": _("“%(file_name)s” is read as %(kind)s: its content is not what its name says."),
    "duplicate_header": _("Two columns are named “%(original)s”: number %(number)s is called “%(name)s” here."),
    "empty_header": _("Column %(number)s has no name: it is called “%(name)s” here."),
    "encoding_uncertain": _(
        "The encoding is not certain. Look at the lines below and choose the reading that is right."
    ),
    "delimiter_uncertain": _("Every row has one cell. If that is wrong, choose another delimiter."),
    "ragged_rows": _("%(count)s rows have more or fewer cells than there are columns, the first is row %(first)s."),
    "blank_rows": _("%(count)s blank lines are passed over."),
    "empty_column": _("The column “%(name)s” is empty."),
    "largest_cell": _("The largest cell has %(bytes)s bytes, in row %(number)s."),
}


def describe(notice: Notice) -> str:
    """This will put a notice into words, in the reader's language."""
    return str(_MESSAGES[notice.code]) % dict(notice.params)
