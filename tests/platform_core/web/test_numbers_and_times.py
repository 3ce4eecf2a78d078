"""Numbers by language and region, instants as people say them."""

import datetime

import pytest
from django.utils import timezone, translation

from platform_core.kits.web import languages, numbers, times

UTC = datetime.UTC


@pytest.mark.parametrize(
    ("language", "region", "value", "written"),
    [
        ("en", "", 7412, "7,412"),
        ("es", "ES", 7412, "7412"),
        ("es", "ES", 12000, "12\u00a0000"),
        ("es", "ES", 1234.5, "1234,5"),
        ("es", "MX", 1234.5, "1,234.5"),
        ("es", "PE", 7412, "7412"),
        ("en", "", -3, "\u22123"),
    ],
)
def test_a_number_follows_language_and_region(language: str, region: str, value: float, written: str) -> None:
    token = languages._region.set(region)
    try:
        with translation.override(language):
            assert numbers.write(value) == written
    finally:
        languages._region.reset(token)


def test_an_instant_is_written_in_the_time_zone_of_the_person() -> None:
    now = datetime.datetime(2026, 11, 24, 16, 41, tzinfo=UTC)
    with timezone.override("America/Lima"):
        assert times.when(now, now=now) == "11:41"
        assert times.when(now - datetime.timedelta(days=1), now=now) == "yesterday 11:41"
        assert times.when(now.replace(year=2025), now=now) == "24 Nov 2025"
