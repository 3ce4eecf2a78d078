"""Where the pages are that stand on something: runs of the demo, a Word template, drafts that are made by the interface."""

import json
import re
import time
import urllib.request
from collections.abc import Mapping
from typing import Any

from tests.browser.site import Site
from tests.browser.visits import Visitor
from tests.browser.wizard import begin, begin_with_rows, to_check

TWO_CERTIFICATES = """first name,last name,course,hours,completed on,issued on,place,language
Zoë,Íñiguez,Data Ethics,30,2026-06-26,2026-11-24,Valleclaro,es
Siobhán,O'Brien,Data Ethics,30,2026-06-26,2026-11-24,Valleclaro,en
"""
DRAFT = re.compile(r"/runs/new/([0-9a-f-]{36})/")


def find_places(site: Site, visitor: Visitor) -> Mapping[str, Any]:
    """This will find what the demo has and make, as Marta, two drafts: a good one and the messy table's."""
    runs = wait_for_runs(site, "letter", "employment-contract")
    known = {
        "org": site.demo["organization"],
        "other": site.demo["other"]["organization"],
        "letters": runs["letter"]["number"],
        "paused": runs["employment-contract"]["number"],
        "certificates": runs["certificate"]["number"] if "certificate" in runs else 0,
        "job": runs["letter"]["job"],
        "typst": "certificate",
        "template": api(site, "docuai/templates/certificate/")["id"],
        "word": next(one["slug"] for one in api(site, "docuai/templates/")["results"] if one["engine"] == "word"),
    }
    page = visitor.sign_in()
    begin_with_rows(page, site, template="certificate", rows=TWO_CERTIFICATES)
    to_check(page)
    known["draft"] = _draft(page.url)
    begin(page, site, template="certificate", sample="people_messy.csv")
    to_check(page)
    known["messy"] = _draft(page.url)
    page.close()
    return known


def wait_for_runs(site: Site, *templates: str, seconds: float = 900) -> dict[str, Any]:
    """This will wait until the demo's runs of these templates stand, made by the workers; gives the first run of each template."""
    deadline = time.monotonic() + seconds
    while True:
        runs = {
            run["template"]: run for run in api(site, "docuai/runs/")["results"]
        }  # newest first: the first one stays
        if all(name in runs and runs[name]["state"] not in ("queued", "running") for name in templates):
            return runs
        assert time.monotonic() < deadline, f"the demo's runs do not stand: {runs}"
        time.sleep(1)


def api(site: Site, path: str) -> Any:
    """This will ask the API with the demo's key."""
    address = f"{site.url}/api/v1/orgs/{site.demo['organization']}/{path}"
    asked = urllib.request.Request(address, headers={"Authorization": f"Bearer {site.demo['api_key']}"})
    with urllib.request.urlopen(asked, timeout=30) as answer:
        return json.load(answer)


def _draft(address: str) -> str:
    found = DRAFT.search(address)
    assert found, address
    return found[1]
