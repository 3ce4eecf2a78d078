"""The page of a run: paused and resumed, a worker killed in the middle, a finished row corrected, and always nothing lost."""

import re

from playwright.sync_api import Page, expect

from tests.browser.visits import ANA, Visitor
from tests.browser.wizard import LONG, begin, launch, progress, to_check, wait_for_end


def test_a_run_is_paused_resumed_loses_a_worker_and_ends_with_every_row_once(visitor: Visitor):
    page = visitor.sign_in(ANA)
    begin(page, visitor.site, template="certificate", sample="people.csv")
    to_check(page)
    launch(page)

    page.get_by_role("button", name="Pause run").first.click()
    expect(page.locator("#progress-text[data-state=paused]")).to_be_visible()
    expect(page.get_by_text("The run is paused.")).to_be_visible()
    page.get_by_role("button", name="Resume run").click()
    page.get_by_role("button", name="Stop a worker now").click()

    expect(page.get_by_text(re.compile(r"1 worker lost at \d"))).to_be_visible(timeout=LONG)
    assert wait_for_end(page) == "1,000 of 1,000 rows accounted for"
    assert _account(page) == {"Missing": "0", "Twice": "0"}
    summary = page.locator(".summary").inner_text()
    assert re.search(
        r"^1,000 of 1,000 · 1 worker lost at .+ · \d+ rows? taken up again · 0 missing · 0 twice$", summary
    )

    _correct_a_misspelt_name(page)


def _account(page: Page) -> dict[str, str]:
    pairs = page.locator(".eta > div").all()
    found = {pair.locator("dt").inner_text(): pair.locator("dd").inner_text() for pair in pairs}
    return {name: found[name] for name in ("Missing", "Twice")}


def _correct_a_misspelt_name(page: Page) -> None:
    page.get_by_role("link", name="Correct row 2", exact=True).click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_label("Person, as it is to be printed").fill("Siobhán O’Brien-Walsh")
    drawer.get_by_label("Reason").fill("Name misspelt")
    drawer.get_by_role("button", name="Make version 2").click()

    line = page.locator(".rows-tbl tr", has_text="Siobhán O’Brien-Walsh")
    expect(line).to_contain_text("Done, version 2", timeout=60_000)
    line.get_by_role("link", name="Correct row 2", exact=True).click()
    versions = page.get_by_role("dialog").locator(".versions > li")
    expect(versions).to_have_count(2)
    expect(versions.filter(has_text="Version 1")).to_contain_text("Name misspelt")
    expect(versions.filter(has_text="Version 1")).to_contain_text("Void since")
    expect(versions.filter(has_text="Version 2")).not_to_contain_text("Void")
    assert " ".join(progress(page).inner_text().split()) == "1,000 of 1,000 rows accounted for"
