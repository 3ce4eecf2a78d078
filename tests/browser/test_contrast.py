"""The tokens themselves: resolved by the browser to sRGB in both themes and for each product, compared by WCAG's formula."""

import pytest
from playwright.sync_api import Page

from tests.browser.site import Site

TEXT, GRAPHIC = 4.5, 3.0
SURFACES = ("--bg", "--surface", "--surface-2")
PAIRS = [
    *[(text, surface, TEXT) for text in ("--text", "--text-2", "--text-3") for surface in SURFACES],
    *[(f"--{tone}", f"--{tone}-soft", TEXT) for tone in ("ok", "warn", "bad", "info")],
    ("--line-strong", "--surface", GRAPHIC),
    ("--accent-fg", "--accent", TEXT),
    ("--accent-text", "--accent-soft", TEXT),
    ("--accent-text", "--surface", TEXT),
    ("--accent-fill", "--surface", GRAPHIC),
]
RESOLVE = """([name, product]) => {
  document.documentElement.dataset.product = product;
  const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const box = document.createElement("i");
  box.style.color = `var(${name}, rgba(0, 0, 0, 0))`;
  document.body.append(box);
  probe.fillStyle = getComputedStyle(box).color;
  box.remove();
  probe.fillRect(0, 0, 1, 1);
  return [...probe.getImageData(0, 0, 1, 1).data];
}"""


def luminance(colour: list[int]) -> float:
    """WCAG 2.2, "relative luminance": https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    channels = [value / 255 for value in colour[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one: list[int], other: list[int]) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("product", ["shell", "docuai", "academy", "marketing"])
def test_tokens_keep_their_contrast(visitor, site: Site, theme, product):
    page: Page = visitor.page(theme=theme)
    page.goto(site.address("/"))

    colours = {name: page.evaluate(RESOLVE, [name, product]) for pair in PAIRS for name in pair[:2]}

    assert [name for name, colour in colours.items() if colour[3] == 0] == []
    weak = [
        f"{front} on {back}: {ratio(colours[front], colours[back]):.2f}"
        for front, back, least in PAIRS
        if ratio(colours[front], colours[back]) < least
    ]
    assert weak == []
