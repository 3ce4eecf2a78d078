"""Dates, numbers and money by language and region. Expected values: CLDR 45 patterns, grouping as in the glossary (7412, 12 000)."""

from __future__ import annotations

from typing import Any

import pytest

from docuai.engines.base import EngineError
from docuai.engines.formatting import Formats

EN, ES, MX = Formats("en", "US", "USD"), Formats("es", "ES", "EUR"), Formats("es", "MX", "MXN")


@pytest.mark.parametrize(
    ("formats", "value", "expected"),
    [
        (EN, 7412, "7,412"), (ES, 7412, "7412"), (MX, 7412, "7412"),
        (EN, 12000, "12,000"), (ES, 12000, "12\u00a0000"), (MX, 12000, "12,000"),
        (EN, 1234.5, "1,234.5"), (ES, 1234.5, "1234,5"), (MX, "12345.50", "12,345.50"),
        (EN, -3, "−3"), (ES, 0, "0"), (EN, 0.1, "0.1"), (EN, "1e3", "1,000"), (EN, 35933.48, "35,933.48"),
    ],
)  # fmt: skip
def test_numbers(formats: Formats, value: Any, expected: str) -> None:
    assert formats.number(value) == expected


@pytest.mark.parametrize(
    ("formats", "value", "expected"),
    [
        (EN, 1234.5, "$1,234.50"), (EN, -1234.5, "−$1,234.50"), (ES, 1234.5, "1\u00a0234,50\u00a0€"), (MX, 1234.5, "$1,234.50"),
        (Formats("en", "", "CHF"), 5, "CHF\u00a05.00"), (Formats("en", "", "JPY"), 5000, "¥5,000"), (ES, -750, "−750,00\u00a0€"),
    ],
)  # fmt: skip
def test_money(formats: Formats, value: Any, expected: str) -> None:
    assert formats.money(value) == expected


@pytest.mark.parametrize(
    ("formats", "style", "expected"),
    [
        (EN, "long", "November\u00a04, 2026"), (ES, "long", "4\u00a0de\u00a0noviembre de\u00a02026"), (EN, "short", "11/04/2026"),
        (Formats("en", "GB"), "short", "04/11/2026"), (MX, "short", "04/11/2026"), (EN, "month", "November 2026"),
    ],
)  # fmt: skip
def test_dates(formats: Formats, style: str, expected: str) -> None:
    assert formats.date("2026-11-04", style) == expected


def test_amounts_and_percentages() -> None:
    assert (EN.amount(42500), ES.amount(42500)) == ("USD\u00a042,500", "42\u00a0500\u00a0EUR")
    assert (EN.percent(21), ES.percent(7.5)) == ("21%", "7,5\u00a0%")


@pytest.mark.parametrize("value", ["1,5", "x", "", True, "nan", "inf", "1e99", None])
def test_what_is_no_number_is_refused(value: Any) -> None:
    with pytest.raises(EngineError) as caught:
        EN.number(value)

    assert caught.value.code == "bad_number"


@pytest.mark.parametrize("value", ["24/11/2026", "2026-13-01", "", None, 20261124])
def test_what_is_no_date_is_refused(value: Any) -> None:
    with pytest.raises(EngineError) as caught:
        ES.date(value)

    assert caught.value.code == "bad_date"
