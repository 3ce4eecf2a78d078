"""The wizard and the run page as a person uses them: the steps that several tests walk."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.site import Site

START = "/orgs/{org}/docuai/runs/new/"
RUN_ADDRESS = re.compile(r"/runs/(\d+)/$")
LONG = 240_000  # a run of a thousand rows on a busy machine


def begin(page: Page, site: Site, *, template: str, sample: str) -> None:
    """This will choose a template and one of the tables to try, and stand on "Is this your table?"."""
    page.goto(site.address(f"{START}?template={template}&sample={sample}"))
    page.get_by_role("button", name=f"Continue with {sample}").click()
    page.wait_for_url("**/data/")


def begin_with_rows(page: Page, site: Site, *, template: str, rows: str) -> None:
    """This will choose a template and paste rows."""
    page.goto(site.address(f"{START}?template={template}"))
    page.locator("details.paste > summary").click()
    page.locator("#text").fill(rows)
    page.get_by_role("button", name="Use these rows").click()
    page.wait_for_url("**/data/")


def to_check(page: Page) -> None:
    """This will go from the table to the check with what the wizard suggests, and wait for its result."""
    page.get_by_role("button", name="Match columns").click()
    page.wait_for_url("**/columns/")
    page.get_by_role("button", name="Choose options").click()
    page.wait_for_url("**/options/")
    page.get_by_role("button", name=re.compile(r"^Check [\d,]+ rows?$")).click()
    page.wait_for_url("**/check/")
    page.locator("#sum").wait_for(timeout=LONG)


def launch(page: Page) -> int:
    """This will press "Launch" and give the number of the run."""
    page.get_by_role("button", name=re.compile(r"^Launch [\d,]+ rows?$")).click()
    page.wait_for_url(RUN_ADDRESS)
    return run_number(page)


def run_number(page: Page) -> int:
    """This will read the number of the run from the address."""
    found = RUN_ADDRESS.search(page.url)
    assert found, page.url
    return int(found[1])


def progress(page: Page) -> Locator:
    """This will find the big number of the run page."""
    return page.locator("#progress-text")


def wait_for_end(page: Page) -> str:
    """This will stay on the run page until it says that the run has ended, without loading it again; returns the line."""
    expect(page.locator("#progress-text[data-state=done], #progress-text[data-state=partial]")).to_be_visible(
        timeout=LONG
    )
    return " ".join(progress(page).inner_text().split())


def download(page: Page, press: Callable[[], object], folder: Path) -> Path:
    """This will press something that downloads, and keep the file in ``folder``."""
    with page.expect_download(timeout=LONG) as waiting:
        press()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path
