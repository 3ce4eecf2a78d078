"""Every page, by the rules: nothing axe finds, no sideways scroll, no small target, no complaint in the console."""

from itertools import product

import pytest

from tests.browser.pages import PAGES, PageOf
from tests.browser.visits import DESKTOP, PHONE, Visitor, scrolls_sideways, small_targets, violations

WINDOWS = list(product(("light", "dark"), (DESKTOP, PHONE)))
VISITS = [
    pytest.param(page, theme, size, id=f"{page.name}-{theme}-{size[0]}")
    for number, page in enumerate(PAGES)
    for theme, size in (WINDOWS if page.archetype else [WINDOWS[number % len(WINDOWS)]])
]


@pytest.mark.parametrize(("what", "theme", "size"), VISITS)
def test_the_page_keeps_the_rules(visitor: Visitor, what: PageOf, theme, size):
    window = {"theme": theme, "size": size}
    page = visitor.sign_in(what.person, **window) if what.person else visitor.page(**window)

    page.goto(visitor.site.address(what.path))
    page.locator(what.wait_for).first.wait_for()
    page.wait_for_load_state("networkidle")

    assert violations(page) == []
    assert not scrolls_sideways(page)
    assert small_targets(page) == []
    assert page.locator("h1").count() == 1
    assert page.title() not in ("", " · Portfolio")


@pytest.mark.parametrize("what", PAGES, ids=lambda page: page.name)
def test_the_page_fits_the_narrowest_window(visitor: Visitor, what: PageOf):
    window = {"size": (320, 640)}
    page = visitor.sign_in(what.person, **window) if what.person else visitor.page(**window)

    page.goto(visitor.site.address(what.path))
    page.locator(what.wait_for).first.wait_for()

    assert not scrolls_sideways(page)
