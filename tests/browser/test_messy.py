"""The messy table: what is wrong with it is said, one cell is corrected, the bad rows are fetched, the good ones launched."""

import csv
import io
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.visits import ANA, Visitor, settle
from tests.browser.wizard import begin, download, launch, progress, to_check


def test_fourteen_faults_one_corrected_and_the_rest_left_out(visitor: Visitor, tmp_path: Path):
    page = visitor.sign_in(ANA)

    begin(page, visitor.site, template="certificate", sample="people_messy.csv")
    _is_read_with_doubts(page)
    to_check(page)

    expect(page.locator("h1")).to_have_text("198 rows are ready, 14 need you")
    _correct(page, row=58, value="valentina@mail.example")
    expect(page.locator("h1")).to_have_text("199 rows are ready, 13 need you")
    rows = _bad_rows(page, tmp_path)
    assert len(rows) == 13
    assert "58" not in [row["row"] for row in rows]
    assert all(row["what is wrong"] for row in rows)

    page.get_by_role("radio", name=re.compile("leave out 13")).check()
    launch(page)
    expect(page.locator("#progress-text[data-state=done]")).to_be_visible(timeout=120_000)
    assert " ".join(progress(page).inner_text().split()) == "199 of 199 rows accounted for"


def _is_read_with_doubts(page: Page) -> None:
    expect(page.locator("h1")).to_have_text("Is this your table, and are its letters right?")
    expect(page.get_by_label("Delimiter")).to_have_value(";")
    expect(page.get_by_role("radio", name=re.compile("Windows-1252"))).to_be_checked()
    expect(page.get_by_text("212 rows").first).to_be_visible()


def _correct(page: Page, *, row: int, value: str) -> None:
    cell = page.locator(f"#cell-{row}")
    assert cell.get_attribute("aria-invalid") == "true"
    cell.fill(value)
    with page.expect_response(lambda answer: "/check/" in answer.url and answer.request.method == "POST"):
        cell.press("Tab")
    settle(page)


def _bad_rows(page: Page, folder: Path) -> list[dict[str, str]]:
    link = page.get_by_role("link", name="13 rows with reasons")
    return list(csv.DictReader(io.StringIO(download(page, link.click, folder).read_text("utf-8-sig"))))
