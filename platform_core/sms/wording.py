"""Numbers and words as the networks take them. Pure.

GSM 03.38 has 128 characters of 7 bits and ten more behind an escape: 160 fit one message, 153 each part of a longer one.
With any other character the message is UCS-2: 70 and 67 (3GPP TS 23.038, TS 23.040).
"""

import re
import unicodedata

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
ESCAPED = frozenset("^{}\\[~]|€\f")
PLAIN = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "…": "...", "–": "-", "—": "-", "\u00a0": " "})
_SEPARATORS = re.compile(r"[\s().\-/\u00a0\u2010-\u2015]+")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def e164(text: str) -> str:
    """This will write a number as E.164 (+34600111222); empty where it is none. It needs its country: + or 00 in front."""
    found = _SEPARATORS.sub("", text.strip())
    if found.startswith("00"):
        found = f"+{found[2:]}"
    return found if found.isascii() and _E164.fullmatch(found) else ""


def masked(number: str) -> str:
    """This will show enough of a number to know it by: +34 ••• 222."""
    return f"{number[:3]} ••• {number[-3:]}" if number else ""


def plain(text: str) -> str:
    """This will put what the alphabet of GSM has in the place of what it has not: quotes, dashes, accents.

    Where something is left that it cannot say (王, ж), the text stays as it was: no half of a name is better than all of it.
    """
    said = unicodedata.normalize("NFC", text.translate(PLAIN))
    found = "".join(_nearest(sign) for sign in said)
    return found if is_gsm(found) else said


def is_gsm(text: str) -> bool:
    """This will say whether 7 bits a character are enough."""
    return all(sign in BASIC or sign in ESCAPED for sign in text)


def units(text: str) -> int:
    """This will count what the text takes of a message: septets, or 16-bit units."""
    if is_gsm(text):
        return len(text) + sum(sign in ESCAPED for sign in text)
    return len(text.encode("utf-16-be")) // 2


def segments(text: str) -> int:
    """This will count the messages that the text is sent as."""
    one, part = (160, 153) if is_gsm(text) else (70, 67)
    found = units(text)
    return 1 if found <= one else -(-found // part)


def fitted(words: str, link: str = "") -> str:
    """This will make one message of the words and, where it still fits whole, the link; too long words end in dots."""
    text = plain(" ".join(words.split()))
    if link and segments(f"{text} {link}") == 1:
        return f"{text} {link}"
    while segments(text) > 1:
        text = f"{text[:-4].rstrip()}..."
    return text


def _nearest(sign: str) -> str:
    if sign in BASIC or sign in ESCAPED:
        return sign
    bare = "".join(part for part in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(part))
    return bare if is_gsm(bare) else sign
