"""Which codes name a language: `en`, `es`, `pt-BR`, `qu`; not `zz`. What we speak ourselves stands in the settings."""

import re

from babel import localedata

CODE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")


def is_language(code: str) -> bool:
    """This will say whether a code is a language that the Unicode locale data knows, with or without a region."""
    return CODE.fullmatch(code) is not None and localedata.exists(code.partition("-")[0])
