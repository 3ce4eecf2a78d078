"""Ordinary pages as a phone on a slow line meets them: bytes of CSS and JS, largest paint, layout shift.

Must: CSS and JS together 60 kB compressed, largest contentful paint 1.5 s, layout shift 0.02. Chromium with an empty
cache, 1.6 Mbit/s, a processor slowed down 4 times (Chrome's own emulation, by its debugging protocol). The issue names
no delay of the line; with 150 ms more a round trip (as Lighthouse has it) the paint is told beside.
"""

import statistics
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from playwright.sync_api import Browser, sync_playwright

from portfolio.stack.browser import browser_path
from tests.benchmarks import cast, pages
from tests.benchmarks.bench import Bench
from tests.benchmarks.results import Bound, Figure, shown

BYTES_A_SECOND, SLOWER, DELAY = 1.6e6 / 8, 4, 150
SETTLED_MILLISECONDS = 1500
WATCH = """
window.seen = {paint: 0, shift: 0, what: '', moved: []};
const named = node => (node?.outerHTML ?? node?.textContent ?? '').slice(0, 80);
new PerformanceObserver(list => { for (const e of list.getEntries())
  { seen.paint = e.startTime; seen.what = named(e.element); } })
  .observe({type: 'largest-contentful-paint', buffered: true});
new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput)
  { seen.shift += e.value; seen.moved.push(...(e.sources ?? []).map(s => named(s.node))); } })
  .observe({type: 'layout-shift', buffered: true});
"""


def run(bench: Bench) -> Iterator[Figure]:
    """This will visit the home page and a run's page, each time with an empty cache."""
    cast.wait_until_quiet()
    addresses = {"home": "/", **pages.scene()[1]}
    rounds = 1 if bench.quick else 5
    visits: dict[str, dict[str, Any]] = {}
    with cast.signed_in() as client, sync_playwright() as playwright:
        session = client.cookies[settings.SESSION_COOKIE_NAME]
        browser = playwright.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"])
        for name, address in addresses.items():
            cookie = "" if name == "home" else session
            visited(browser, address, cookie, delay=0)  # the server has read its templates
            near = [visited(browser, address, cookie, delay=0) for _ in range(rounds)]
            far = [visited(browser, address, cookie, delay=DELAY) for _ in range(rounds)]
            visits[name] = {
                "paint": statistics.median(visit["paint"] for visit in near) / 1000,
                "far": statistics.median(visit["paint"] for visit in far) / 1000,
                "shift": max(visit["shift"] for visit in near + far),
                "bytes": max(visit["bytes"] for visit in near) / 1000,
                "painted": near[-1]["what"],
                "moved": near[-1]["moved"][:5],
            }
            bench.say(f"{name}: {visits[name]}")
        browser.close()
    where = f"{', '.join(addresses)}; Chromium with an empty cache, phone size, {rounds} visits each"
    slow = f"{where}, 1.6 Mbit/s, CPU ÷ {SLOWER}"
    yield _figure("CSS and JS of an ordinary page", visits, "bytes", "kB", where, Bound(60, "kB", at_most=True))
    slowest = shown(max(visit["far"] for visit in visits.values()))
    how = f"{slow}; median of the slowest page; with {DELAY} ms more a round trip {slowest} s"
    yield _figure("largest paint", visits, "paint", "s", how, Bound(1.5, "s", at_most=True))
    yield _figure("layout shift", visits, "shift", "", slow, Bound(0.02, at_most=True))


def _figure(name: str, visits: dict[str, Any], what: str, unit: str, how: str, must: Bound) -> Figure:
    """The worst page counts."""
    worst = max(visits, key=lambda page: visits[page][what])
    value = visits[worst][what]
    return Figure(name, value, f"{shown(value)} {unit}".strip() + f" ({worst})", how, must, values=visits)


def visited(browser: Browser, address: str, cookie: str, *, delay: int) -> dict[str, Any]:
    """This will open a page in a window without history and give paint (ms), shift, and bytes of CSS and JS."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    if cookie:
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": settings.BASE_URL}])
    page = context.new_page()
    page.add_init_script(WATCH)
    protocol = context.new_cdp_session(page)
    kinds: dict[str, str] = {}
    sizes: dict[str, float] = {}
    protocol.on("Network.responseReceived", lambda event: kinds.__setitem__(event["requestId"], event["type"]))
    protocol.on(
        "Network.loadingFinished", lambda event: sizes.__setitem__(event["requestId"], event["encodedDataLength"])
    )
    protocol.send("Network.enable")
    line = {
        "offline": False,
        "latency": delay,
        "downloadThroughput": BYTES_A_SECOND,
        "uploadThroughput": BYTES_A_SECOND,
    }
    protocol.send("Network.emulateNetworkConditions", line)
    protocol.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    answer = page.goto(settings.BASE_URL + address, wait_until="load")
    assert answer is not None and answer.status == 200, f"{address} answered {answer and answer.status}"
    page.wait_for_timeout(SETTLED_MILLISECONDS)
    seen: dict[str, Any] = page.evaluate("window.seen")
    context.close()
    return {**seen, "bytes": sum(sizes.get(id, 0) for id, kind in kinds.items() if kind in ("Stylesheet", "Script"))}
