"""The wizard without a mouse: Tab, Enter, Space, arrows and typing, from the start page to the finished run."""

import secrets

import pytest
from playwright.sync_api import expect

from tests.browser.keyboard import Keyboard
from tests.browser.places import TWO_CERTIFICATES
from tests.browser.visits import ANA, PHONE, Visitor, settle
from tests.browser.wizard import RUN_ADDRESS, START, wait_for_end


def test_the_whole_wizard_by_keyboard_alone(visitor: Visitor):
    page = visitor.sign_in(ANA, size=(1024, 720))
    keyboard = Keyboard(page)
    page.goto(visitor.site.address(START))

    keyboard.go_round()
    keyboard.go_to("Certificate", "input")  # one stop for all templates: arrows choose
    keyboard.press("ArrowRight")
    expect(page.locator("input[name=template][value=certificate]")).not_to_be_checked()
    keyboard.press("ArrowLeft")
    expect(page.locator("input[name=template][value=certificate]")).to_be_checked()
    keyboard.go_to("Paste rows", "summary")
    keyboard.press("Enter")
    keyboard.go_to("text")
    page.keyboard.insert_text(TWO_CERTIFICATES)
    keyboard.go_to("Use these rows")
    keyboard.press("Enter")

    page.wait_for_url("**/data/")
    keyboard.go_round()
    keyboard.go_to("Match columns")
    keyboard.press("Enter")

    page.wait_for_url("**/columns/")
    keyboard.go_round()
    keyboard.go_to("Column for School")
    keyboard.press("t")  # chooses "The same for all rows" by its first letter
    expect(page.get_by_label("Value of School for all rows")).to_be_visible()
    settle(page)
    keyboard.go_to("Value of School for all rows")
    page.keyboard.type(f"School {secrets.token_hex(2)}")  # another than in the mapping of last time
    with page.expect_response(lambda answer: "/columns/" in answer.url and answer.request.method == "POST"):
        keyboard.press("Tab")  # leaving the field saves it
    settle(page)
    keyboard.go_to("Choose options")
    keyboard.press("Enter")

    page.wait_for_url("**/options/")
    keyboard.go_round()
    keyboard.go_to("Check 2 rows")
    keyboard.press("Enter")

    page.wait_for_url("**/check/")
    page.locator("#sum").wait_for()
    keyboard.go_round()
    keyboard.go_to("Launch 2 rows")
    keyboard.press("Enter")

    page.wait_for_url(RUN_ADDRESS)
    assert wait_for_end(page) == "2 of 2 rows accounted for"
    keyboard.go_round()
    assert keyboard.faults == set()


@pytest.mark.parametrize("path", ["/", "/orgs/{org}/members/", "/orgs/{org}/docuai/templates/certificate/"])
def test_other_pages_let_the_keyboard_round(visitor: Visitor, path):
    page = visitor.sign_in(size=PHONE)
    keyboard = Keyboard(page)
    page.goto(visitor.site.address(path))
    settle(page)

    assert keyboard.go_round() > 3
    assert keyboard.faults == set()
