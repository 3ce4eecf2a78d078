"""``make pictures``: the main pages, light and dark, desktop and phone, as compressed files in ``.github/pictures``.

It brings a demo up of its own (``BROWSER_SITE=FOLDER`` takes one that runs), waits until its runs stand, and launches one
more so that a run can be seen at work. Names stay the same: ``wizard-data-desktop-dark.webp``.
"""

import io
import sys
import tempfile
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from portfolio.stack.browser import browser_path
from portfolio.stack.places import ROOT
from tests.browser.pages import DOCUAI, PAGES, PageOf
from tests.browser.places import find_places, wait_for_runs
from tests.browser.site import running
from tests.browser.visits import ANA, DESKTOP, PHONE, Visitor, arrive
from tests.browser.wizard import begin, launch, to_check

FOLDER = ROOT / ".github" / "pictures"
QUALITY = 68
LIMIT_BYTES = 3_000_000
SHOWN = (
    "home", "sign-in", "launcher", "run-new-sample", "wizard-data", "wizard-columns", "wizard-faults",
    "runs", "run-row", "templates", "editor", "editor-word", "members", "audit", "check",
)  # fmt: skip
RUN_LIVE = PageOf("run-live", DOCUAI + "/runs/{live}/")
RUN_DONE = PageOf("run-done", DOCUAI + "/runs/{certificates}/")
WINDOWS = {
    f"{name}-{theme}": (theme, size)
    for theme, (name, size) in product(("light", "dark"), (("desktop", DESKTOP), ("phone", PHONE)))
}
DRAWN = """() => Promise.all([...document.images].filter((image) => {
  const { top, bottom, width } = image.getBoundingClientRect();
  return width > 0 && bottom > 0 && top < innerHeight;
}).map((image) => image.decode().catch(() => 0)))"""
Windows = dict[tuple[str, str], Page]


def main() -> int:
    """This will write all pictures anew; 1 when they are larger than README may carry."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"])
        visitor = Visitor(site, browser)
        wait_for_runs(site, "letter", "employment-contract", "certificate")
        places = {**find_places(site, visitor), "live": _launch(visitor)}
        windows: Windows = {}
        FOLDER.mkdir(parents=True, exist_ok=True)
        for picture in FOLDER.glob("*.webp"):
            picture.unlink()
        for what in (RUN_LIVE, RUN_DONE, *(page for page in PAGES if page.name in SHOWN)):
            for name in WINDOWS:
                _take(visitor, windows, places, what, name)
        browser.close()
    total = sum(picture.stat().st_size for picture in FOLDER.glob("*.webp"))
    sys.stdout.write(
        f"{len(list(FOLDER.glob('*.webp')))} pictures, {total / 1e6:.1f} MB in {FOLDER.relative_to(ROOT)}\n"
    )
    return 0 if total < LIMIT_BYTES else 1


def _launch(visitor: Visitor) -> int:
    """A thousand certificates more, seen when a third of them is there."""
    page = visitor.sign_in(ANA)
    begin(page, visitor.site, template="certificate", sample="people.csv")
    to_check(page)
    number = launch(page)
    page.locator(".progress [role=progressbar][aria-valuenow]").wait_for()
    page.wait_for_selector("#latest")
    page.close()
    return number


def _take(visitor: Visitor, windows: Windows, places: Mapping[str, Any], what: PageOf, name: str) -> None:
    key = (what.person, name)
    if key not in windows:
        theme, size = WINDOWS[name]
        look: dict[str, Any] = {"theme": theme, "size": size, "reduced_motion": "reduce"}
        look["device_scale_factor"] = 2 if size == PHONE else 1
        windows[key] = visitor.sign_in(what.person, **look) if what.person else visitor.page(**look)
    page = windows[key]
    page.goto(visitor.site.url + what.path.format(**places))
    arrive(page, what.wait_for, what.opens)
    page.evaluate(DRAWN)
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        picture.convert("RGB").save(FOLDER / f"{what.name}-{name}.webp", quality=QUALITY, method=6)


if __name__ == "__main__":
    sys.exit(main())
