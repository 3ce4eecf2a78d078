"""Several samples in the editor: another one fills fields and pages, what is typed is kept, one more is made and deleted."""

from playwright.sync_api import Page, expect

from tests.browser.visits import PHONE, Visitor, scrolls_sideways, settle, small_targets, violations


def test_the_editor_shows_keeps_and_deletes_samples(visitor: Visitor):
    page = visitor.sign_in()
    address = make_template(page, visitor)
    name = page.locator("#v-name")
    was = name.input_value()

    name.fill("Ana Ruiz")
    choose(page, "Very long and empty values")
    expect(name).not_to_have_value("Ana Ruiz")
    expect(page.get_by_text("Sample “First sample” saved.")).to_be_visible()
    choose(page, "First sample")
    expect(name).to_have_value("Ana Ruiz")

    page.locator(".sample-more summary").click()
    name.fill("Li")
    page.get_by_label("Keep these values as another sample").fill("Shortest")
    page.get_by_role("button", name="Keep sample").click()
    expect(page.get_by_label("Which sample row").locator("option:checked")).to_have_text("Shortest")
    settle(page)
    assert violations(page) == []

    page.locator(".sample-more summary").click()
    page.get_by_role("button", name="Delete this sample").click()
    expect(page.get_by_label("Which sample row").locator("option")).to_have_count(3)
    expect(name).to_have_value("Ana Ruiz")
    assert was != "Ana Ruiz"
    looked_at_on_a_phone(page, visitor, address)


def make_template(page: Page, visitor: Visitor) -> str:
    """This will make a template out of the first starter and stand in its editor."""
    page.goto(visitor.site.address("/orgs/{org}/docuai/templates/new/"))
    page.locator("form[action*='/starter/certificate/'] button").click()
    page.locator("#v-name").wait_for()
    settle(page)
    return page.url


def choose(page: Page, sample: str) -> None:
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_label("Which sample row").select_option(label=sample)
    settle(page)


def looked_at_on_a_phone(page: Page, visitor: Visitor, address: str) -> None:
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.goto(address)
    page.get_by_role("tab", name="Fields").click()
    page.locator(".sample-more summary").click()
    settle(page)
    assert violations(page) == []
    assert not scrolls_sideways(page)
    assert small_targets(page) == []
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Delete template").click()
    page.wait_for_url("**/docuai/templates/")
