"""Somebody with a browser: opens windows in a theme and a width, signs in, and notices what the console complains of."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Response, expect

from portfolio.stack.places import ROOT
from tests.browser.site import Site

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
HERE = Path(__file__).parent
DESKTOP, PHONE, NARROWEST = (1440, 900), (390, 844), (320, 640)
MARTA, ANA = "marta@andina.example", "ana@andina.example"
SIGNED_IN: dict[tuple[str, str], Any] = {}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class Visitor:
    """One visitor; every window of theirs is closed at the end, and a complaint of the console fails the test."""

    def __init__(self, site: Site, browser: Browser) -> None:
        self.site = site
        self.browser = browser
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []
        self.allowed: set[int] = set()

    @contextmanager
    def at_work(self) -> Iterator["Visitor"]:
        try:
            yield self
        finally:
            for context in self.contexts:
                context.close()
        assert self.complaints == []

    def page(
        self,
        *,
        theme: Literal["light", "dark"] = "light",
        size: tuple[int, int] = DESKTOP,
        language: str = "en-US",
        state: Any = None,
        **more: Any,
    ) -> Page:
        """This will open an empty window. ``state`` is another window's sign-in (``context.storage_state()``)."""
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=theme,
            locale=language,
            storage_state=state,
            accept_downloads=True,
            **more,
        )
        context.set_default_timeout(30_000)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("response", self._watch)
        return page

    def sign_in(self, email: str = MARTA, **window: Any) -> Page:
        """This will open a window as a person of the demo; the form is filled in once a session and person."""
        key = (self.site.url, email)
        if key not in SIGNED_IN:
            page = self.page()
            page.goto(self.site.address("/accounts/login/"))
            page.locator("input[name=login]").fill(email)
            page.locator("input[type=password]").fill(self.site.demo["password"])
            page.locator("main form button.primary[type=submit]").click()
            page.wait_for_url(lambda url: "/accounts/login" not in url)
            SIGNED_IN[key] = page.context.storage_state()
            page.close()
        return self.page(state=SIGNED_IN[key], **window)

    def expects(self, *statuses: int) -> None:
        """This will let answers with these statuses pass: the test is about them."""
        self.allowed |= set(statuses)

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(f"{message.text} ({message.location})")

    def _watch(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.allowed:
            self.complaints.append(f"{response.status} {response.url}")


def arrive(page: Page, wait_for: str, opens: str = "") -> None:
    """This will press what opens a menu or a dialog, if any, and wait until that or the page stands and all has come."""
    if opens:
        page.locator("h1").first.wait_for()
        page.locator(opens).first.click()
    page.locator(wait_for).first.wait_for()
    settle(page)


def settle(page: Page) -> None:
    """This will wait until the page, its faces and what htmx fetches have come."""
    expect(page.locator(".htmx-request")).to_have_count(0)
    page.evaluate("document.fonts.ready.then(() => true)")


def look_again(page: Page, wanted: Locator, *, times: int = 60) -> None:
    """This will load the page again, as a person would, until ``wanted`` stands there."""
    for _ in range(times):
        try:
            expect(wanted).to_be_visible(timeout=1_000)
        except AssertionError:
            page.reload()
        else:
            return
    raise AssertionError(f"not on the page after {times} looks: {wanted}")


def violations(page: Page) -> list[str]:
    """This will run axe on the page and list what it finds: rule, impact and the first place."""
    page.evaluate(AXE.read_text())  # through the debugger: no exception from the content policy is needed
    found = page.evaluate("rules => axe.run({runOnly: rules, resultTypes: ['violations']})", RULES)
    return [
        f"{problem['id']} ({problem['impact']}): {problem['nodes'][0]['target']} {problem['nodes'][0]['html'][:160]}"
        for problem in found["violations"]
    ]


def scrolls_sideways(page: Page) -> bool:
    """Whether the page is wider than its window."""
    return bool(page.evaluate("document.scrollingElement.scrollWidth > innerWidth"))


def small_targets(page: Page) -> list[str]:
    """This will list what can be clicked and is under 24 px high or wide; links inside a sentence are exempt (WCAG 2.5.8)."""
    return list(page.evaluate((HERE / "small_targets.js").read_text()))
