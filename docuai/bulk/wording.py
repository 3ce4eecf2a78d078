"""Why a row failed, in the words of whoever reads it: rows keep the code and its parameters beside the words of that day."""

from collections.abc import Mapping
from typing import Any

from docuai.bulk import faults
from docuai.engines.services import hint_for, message_for


def in_words(error: Mapping[str, Any] | None) -> dict[str, Any]:
    """This will give a stored error with message and hint in the current language; ``{}`` for none.

    Validation's errors name a column, the engines' do not; what neither knows keeps the words it was stored with.
    """
    if not error:
        return {}
    code, params = str(error.get("code", "")), error.get("params")
    if params is None:
        return dict(error)
    if "column" not in error:
        return {**error, "message": message_for(code, params), "hint": hint_for(code, params)}
    if code not in faults.MESSAGES:
        return dict(error)
    fault = faults.Fault(
        number=0, code=code, field=str(error.get("pointer", "")), column=error["column"], params=params
    )
    return {**error, "message": fault.message}


def stored_fault(fault: faults.Fault) -> dict[str, Any]:
    """This will give a row's first fault as the row keeps it."""
    return {
        "code": fault.code,
        "message": fault.message,
        "hint": "",
        "pointer": fault.field,
        "column": fault.column,
        "params": dict(fault.params),
    }
