"""Somebody who sets an organization up: by keyboard alone, every page that they pass held to the rules."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.keyboard import Keyboard
from tests.browser.visits import Visitor, look_again, scrolls_sideways, settle, violations

PASSWORD = "lirio-bosque-9241"


class Administrator:
    """A window with a keyboard. ``seen`` are the addresses that were looked at, by name."""

    def __init__(self, visitor: Visitor, page: Page) -> None:
        self.visitor, self.page = visitor, page
        self.keyboard = Keyboard(page)
        self.slug = ""

    def go(self, path: str) -> None:
        """This will open a page of the organization, or one from the root, and look at it."""
        self.page.goto(self.visitor.site.url + (path if path.startswith("/") else f"/orgs/{self.slug}/{path}"))
        self.look()

    def look(self) -> None:
        """This will hold the page to the rules: nothing axe finds, no sideways scroll."""
        settle(self.page)
        found = violations(self.page)
        assert not found, f"{self.page.url}: {found}"
        assert not scrolls_sideways(self.page), self.page.url

    def write(self, field: str, text: str) -> None:
        """This will go to a field by Tab and type into it."""
        self.keyboard.go_to(field)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(text)

    def choose(self, field: str, beginning: str) -> None:
        """This will go to a list by Tab and choose what begins like this, by typing it."""
        self.keyboard.go_to(field, "select")
        self.page.keyboard.type(beginning)

    def tick(self, box: str, tag: str = "input") -> None:
        """This will go to a box by Tab and tick it, if it is not."""
        self.keyboard.go_to(box, tag)
        if not self.page.locator(":focus").is_checked():
            self.keyboard.press("Space")

    def pick_second(self, first: str) -> None:
        """This will go to a group of choices, which is one stop, and take the second by an arrow."""
        self.keyboard.go_to(first, "input")
        self.keyboard.press("ArrowDown")

    def press(self, name: str, tag: str = "") -> None:
        """This will go to a button or link by Tab and press Enter, then look at what comes."""
        self.keyboard.go_to(name, tag)
        with self.page.expect_navigation():
            self.keyboard.press("Enter")
        self.look()

    def open(self, name: str) -> None:
        """This will open a menu or a dialog by Tab and Enter, and look at it."""
        self.keyboard.go_to(name)
        self.keyboard.press("Enter")
        self.look()

    def take(self, name: str, folder: Path) -> Path:
        """This will go to a link by Tab, press Enter and keep what is downloaded."""
        self.keyboard.go_to(name)
        with self.page.expect_download() as waiting:
            self.keyboard.press("Enter")
        path = folder / waiting.value.suggested_filename
        waiting.value.save_as(path)
        return path

    def give(self, field: str, file: Path) -> None:
        """This will go to a file field by Tab and choose a file: the window of the system belongs to no page."""
        self.keyboard.go_to(field)
        self.page.locator(":focus").set_input_files(file)

    def confirm(self) -> None:
        """This will show the password once more where a page asks for it."""
        if "/me/confirm/" in self.page.url:
            self.write("Password", PASSWORD)
            self.press("Confirm", "button")


@contextmanager
def in_spanish(visitor: Visitor, page: Page, slug: str) -> Iterator[Administrator]:
    """This will give a window of the same person on a phone, dark and in Spanish."""
    other = visitor.page(theme="dark", size=(390, 844), language="es-MX", state=page.context.storage_state())
    other.goto(visitor.site.url + "/")
    other.locator("[popovertarget=person]").first.click()
    other.get_by_role("button", name="Español").click()
    expect(other.locator("html")).to_have_attribute("lang", "es")
    someone = Administrator(visitor, other)
    someone.slug = slug
    yield someone
    other.close()


def sign_up(visitor: Visitor, page: Page, *, name: str, address: str) -> None:
    """This will make an account and confirm its address by the mail that comes."""
    page.goto(visitor.site.url + "/accounts/signup/")
    page.get_by_label("E-mail").fill(address)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url(lambda url: "/signup/" not in url)
    follow_mail(visitor, page, address, "confirm-email")
    page.get_by_role("button", name="Confirm address").click()
    page.wait_for_url(lambda url: "/confirm-email/" not in url)
    page.goto(visitor.site.url + "/accounts/login/")
    page.locator("input[name=login]").fill(address)
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("main form button.primary[type=submit]").click()
    page.wait_for_url(lambda url: "/accounts/login" not in url)


def join(visitor: Visitor, address: str, *, name: str, organization: str) -> Page:
    """This will accept an invitation by mail in a window of its own, with a new account."""
    page = visitor.page()
    follow_mail(visitor, page, address, "/invitations/")
    page.get_by_role("link", name="Create an account").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.get_by_role("button", name=f"Join {organization}").click()
    expect(page.locator("h1")).to_have_text(re.compile("Hello"))
    return page


def follow_mail(visitor: Visitor, page: Page, address: str, part: str) -> None:
    """This will open the newest mail to an address and follow the link that has ``part`` in it."""
    page.goto(visitor.site.url + f"/mail?q={address}")
    look_again(page, page.locator(".inbox-list a").first)
    page.locator(".inbox-list a").first.click()
    page.locator(f".inbox-text a[href*='{part}']").or_(page.get_by_role("link", name="Text", exact=True)).first.click()
    if part not in page.url:
        page.locator(f".inbox-text a[href*='{part}']").first.click()
