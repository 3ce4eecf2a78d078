"""Somebody without a mouse: moves by Tab, and looks at each stop whether it can be seen."""

from typing import Any

from playwright.sync_api import Page

from tests.browser.visits import HERE

STOP = (HERE / "focus_stop.js").read_text()
MOST = 250


class Keyboard:
    """The keys of one window. ``faults`` are the stops without an outline or out of sight."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: set[str] = set()

    def press(self, *keys: str) -> None:
        """This will press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def go_to(self, name: str, tag: str = "") -> None:
        """This will press Tab until the stop with this name, or id, is reached; fails where the round ends before."""
        seen: list[str] = []
        for _ in range(MOST):
            stop = self._next()
            if stop is None:
                continue
            if (stop["name"].startswith(name) or stop["id"] == name) and tag in ("", stop["tag"]):
                return
            seen.append(stop["name"])
        raise AssertionError(f"{name!r} is not reached by Tab; stops: {list(dict.fromkeys(seen))}")

    def go_round(self) -> int:
        """This will press Tab once round the page and give the number of stops; fails for a trap."""
        first: int | None = None
        stops: set[int] = set()
        for _ in range(MOST):
            stop = self._next()
            if stop is None:
                continue
            if first is None:
                first = stop["number"]
            elif stop["number"] == first:
                return len(stops)
            assert stop["number"] not in stops, f"the keyboard is caught at {stop['name']!r} ({stop['tag']})"
            stops.add(stop["number"])
        raise AssertionError("Tab does not come round")

    def _next(self) -> dict[str, Any] | None:
        self.page.keyboard.press("Tab")
        stop: dict[str, Any] | None = self.page.evaluate(STOP)
        if stop and not stop["outlined"]:
            self.faults.add(f"no outline: {stop['tag']} {stop['name']}")
        if stop and not stop["seen"]:
            self.faults.add(f"out of sight: {stop['tag']} {stop['name']}")
        return stop
