"""A browser and a site for all tests of this folder. They share one stack, so they run in one worker of the session."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from portfolio.stack.browser import browser_path
from tests.browser.site import Site, running
from tests.browser.visits import Visitor


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """This will keep the folder's tests in one worker: a stack of their own each would take all memory."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    for parent in [folder, *folder.parents][:3]:
        parent.chmod(0o755)
    with running(folder) as started:
        yield started


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def visitor(site: Site, browser: Browser) -> Iterator[Visitor]:
    with Visitor(site, browser).at_work() as someone:
        yield someone


@pytest.fixture
def page(visitor: Visitor) -> Page:
    return visitor.page()


@pytest.fixture
def sign_in(visitor: Visitor) -> Callable[[str], Page]:
    return visitor.sign_in
