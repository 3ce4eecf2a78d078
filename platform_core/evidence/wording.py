"""What verifying found, in words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from platform_core.evidence import verifying
from platform_core.kits.web import numbers


def fault_text(fault: Mapping[str, Any]) -> str:
    """This will say what is wrong with a record: ``fault`` is a Fault as plain values."""
    n, signed = numbers.write(int(fault["sequence"])), fault.get("at", "")
    texts = {
        verifying.ALTERED: _("Record %(n)s was altered after it was sealed."),
        verifying.DELETED: _("Record %(n)s was deleted."),
        verifying.INSERTED: _("A record was inserted past the log: no seal covers it."),
        verifying.REORDERED: _("Record %(n)s is not where it was sealed: the chain does not fit here."),
        verifying.BACKDATED: _("Record %(n)s says another time than when it was written."),
        verifying.UNSEALED_GONE: _("Record %(n)s was deleted before it was sealed."),
        verifying.TRUNCATED: _("The log ends before record %(n)s, but it was signed up to record %(signed)s."),
        verifying.REWRITTEN: _("The chain up to record %(n)s is not the one that was signed."),
        verifying.FORGED: _("The signature of record %(n)s in the journal is not ours."),
    }
    return texts[fault["kind"]] % {"n": n, "signed": signed}
