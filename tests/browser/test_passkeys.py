"""A passkey, made and shown in a real browser with a virtual authenticator."""

from playwright.sync_api import Page

from tests.browser.visits import Visitor

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
PERSON = "nora@norte.example"


def sign_in(page: Page, visitor: Visitor, home: str) -> None:
    page.goto(home + "/accounts/login/")
    page.locator("input[name=login]").fill(PERSON)
    page.locator("input[type=password]").fill(visitor.site.demo["password"])
    page.locator("main form button.primary[type=submit]").click()


def test_a_passkey_is_added_and_signs_in_after_the_password(visitor: Visitor) -> None:
    home = visitor.site.url.replace("127.0.0.1", "localhost")  # browsers give no passkeys to bare addresses
    page = visitor.page()
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    sign_in(page, visitor, home)
    page.wait_for_url(home + "/")

    page.goto(home + "/me/security/factors/new/")
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url("**/me/security/codes/")
    page.get_by_role("button", name="Make 10 codes").click()
    assert page.locator("#codes li").count() == 10
    page.get_by_role("link", name="I have kept them").click()
    page.wait_for_url("**/me/security/")

    page.locator("button[popovertarget=person]").click()
    page.locator("#person").get_by_role("button", name="Sign out").click()
    page.wait_for_load_state()
    sign_in(page, visitor, home)
    page.wait_for_url("**/accounts/factor/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(home + "/")

    page.goto(home + "/me/security/")
    page.locator("button[data-open^=remove]").click()
    page.get_by_role("button", name="Remove the factor").click()
    page.get_by_text("None yet: your password alone signs you in.").wait_for()


def test_a_bare_address_says_that_it_has_no_passkeys(visitor: Visitor) -> None:
    page = visitor.sign_in("sofia@andina.example")
    page.goto(visitor.site.address("/me/security/factors/new/"))

    page.get_by_role("button", name="Add a passkey").click()

    page.get_by_text("This browser offers no passkeys at this address.").wait_for()
