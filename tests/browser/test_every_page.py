"""Every page, by the rules: nothing axe finds, no sideways scroll, no small target, no complaint in the console.

An archetype is looked at in both themes and two widths, the rest in one of the four; each in the narrowest window too.
"""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.pages import PAGES, PageOf
from tests.browser.places import find_places
from tests.browser.visits import (
    DESKTOP,
    NARROWEST,
    PHONE,
    Visitor,
    arrive,
    scrolls_sideways,
    small_targets,
    violations,
)

WINDOWS = list(product(("light", "dark"), (DESKTOP, PHONE)))
VISITS = [
    pytest.param(page, theme, size, id=f"{page.name}-{theme}-{size[0]}")
    for number, page in enumerate(PAGES)
    for theme, size in (WINDOWS if page.archetype else [WINDOWS[number % len(WINDOWS)]])
]
Window = tuple[str, str, tuple[int, int]]


@pytest.fixture(scope="module")
def watcher(site, browser) -> Iterator[Visitor]:
    with Visitor(site, browser).at_work() as someone:
        yield someone


@pytest.fixture(scope="module")
def places(site, watcher: Visitor) -> Mapping[str, Any]:
    return find_places(site, watcher)


@pytest.fixture(scope="module")
def windows() -> dict[Window, Page]:
    """The windows that stand open, one a person, theme and width."""
    return {}


@pytest.mark.parametrize(("what", "theme", "size"), VISITS)
def test_the_page_keeps_the_rules(watcher: Visitor, windows, places, what: PageOf, theme, size):
    watcher.complaints.clear()
    watcher.allowed = {what.status}
    page = _window(watcher, windows, what.person, theme, size)
    page.set_viewport_size({"width": size[0], "height": size[1]})

    answer = page.goto(watcher.site.url + what.path.format(**places))
    arrive(page, what.wait_for, what.opens)

    assert answer is not None and answer.status == what.status
    assert violations(page) == []
    assert not scrolls_sideways(page)
    assert small_targets(page) == []
    assert page.locator("h1").count() == 1
    assert page.title().split(" · ")[0] not in ("", "Portfolio")
    page.set_viewport_size({"width": NARROWEST[0], "height": NARROWEST[1]})
    assert not scrolls_sideways(page)
    complaints, watcher.complaints[:] = list(watcher.complaints), []
    assert complaints == []


def _window(watcher: Visitor, windows: dict[Window, Page], person: str, theme: str, size: tuple[int, int]) -> Page:
    key = (person, theme, size)
    if key not in windows:
        look: dict[str, Any] = {"theme": theme, "size": size, "reduced_motion": "reduce"}
        windows[key] = watcher.sign_in(person, **look) if person else watcher.page(**look)
    return windows[key]
