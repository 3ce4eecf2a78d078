"""What DocuAI itself puts into a row before rendering: brand, QR code, language.

Schemas mark such fields `readOnly`.
"""

from __future__ import annotations

import importlib
import io
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from docuai.engines.base import RenderOptions

DEFAULT_BRAND: dict[str, Any] = {"name": "", "color": "#27313f", "logo": None, "legal": ""}


def prefill(
    row: Mapping[str, Any], *, schema: Mapping[str, Any] | None, options: RenderOptions, language: str
) -> dict[str, Any]:
    """This will give the row with its `readOnly` fields filled in; what the row says itself stays."""
    filled = dict(row)
    if not filled.get("lang"):
        filled["lang"] = language
    wanted = {name for name, value in (schema or {}).get("properties", {}).items() if value.get("readOnly")}
    if "brand" in wanted or options.brand:
        own = {key: value for key, value in (filled.get("brand") or {}).items() if value is not None}
        filled["brand"] = DEFAULT_BRAND | dict(options.brand or {}) | own
    if "qr" in wanted and not filled.get("qr") and filled.get("check_url"):
        filled["qr"] = qr_svg(str(filled["check_url"]))
    return filled


@lru_cache(maxsize=64)
def qr_svg(address: str) -> str:
    """This will draw the QR code of an address as SVG without border, for Typst."""
    return _drawn(
        address, kind="svg", border=0, xmldecl=False, svgclass=None, lineclass=None, omitsize=True, nl=False
    ).decode()


@lru_cache(maxsize=64)
def qr_png(address: str) -> bytes:
    """This will draw the QR code of an address as PNG without border, for Word."""
    return _drawn(address, kind="png", border=0, scale=8)


def _drawn(address: str, **options: Any) -> bytes:
    out = io.BytesIO()
    importlib.import_module("segno").make(address, error="m", micro=False).save(out, **options)
    return out.getvalue()
