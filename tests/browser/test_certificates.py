"""The walk of the first five minutes: "Make 1,000 certificates", by the interface alone, and what the public check says of one."""

import csv
import hashlib
import io
import time
import zipfile
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.visits import ANA, Visitor
from tests.browser.wizard import download, launch, to_check, wait_for_end

LIMIT_SECONDS = 300


def test_a_thousand_certificates_from_the_launcher_to_the_zip_and_the_check_of_one(visitor: Visitor, tmp_path: Path):
    folder = tmp_path
    page = visitor.sign_in(ANA)
    page.goto(visitor.site.address("/"))
    started = time.monotonic()

    page.get_by_role("link", name="Make 1,000 certificates").click()
    page.get_by_role("button", name="Continue with people.csv").click()
    page.wait_for_url("**/data/")
    expect(page.get_by_text("1,000 rows").first).to_be_visible()
    to_check(page)
    expect(page.locator("h1")).to_have_text("All 1,000 rows are ready")
    launch(page)
    page.evaluate("window.sameDocument = true")
    line = wait_for_end(page)

    assert line == "1,000 of 1,000 rows accounted for"
    assert page.evaluate("window.sameDocument") is True  # it counted up by itself
    archive = download(page, page.get_by_role("link", name="Download all documents as ZIP").click, folder)
    assert time.monotonic() - started < LIMIT_SECONDS
    _is_whole(archive, folder)
    _check_page_knows(visitor, folder / "one.pdf")


def _is_whole(archive: Path, folder: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        names = [name for name in opened.namelist() if name != "manifest.csv"]
        assert len(names) == len(set(names)) == 1000
        rows = list(csv.DictReader(io.StringIO(opened.read("manifest.csv").decode("utf-8-sig"))))
        assert [row["row"] for row in rows] == [str(number) for number in range(1, 1001)]
        listed = {row["file_name"]: row["sha256"] for row in rows}
        found = {name: opened.read(name) for name in names}
    assert {name: hashlib.sha256(content).hexdigest() for name, content in found.items()} == listed
    assert all(content.startswith(b"%PDF-") for content in found.values())
    (folder / "one.pdf").write_bytes(found[names[0]])


def _check_page_knows(visitor: Visitor, one: Path) -> None:
    """One of them dropped on the check page is unchanged; with another byte it is not the file."""
    content = bytearray(one.read_bytes())
    content[len(content) // 2] ^= 1
    other = one.with_name("other.pdf")
    other.write_bytes(content)
    page = visitor.page()
    sent: list[int] = []
    page.on("request", lambda request: sent.append(len(request.post_data_buffer or b"")))
    page.goto(visitor.site.address("/check/"))

    _drop(page, one)
    expect(page.locator("#verdict")).to_contain_text("Issued by Universidad Andina")
    expect(page.locator("#verdict")).to_contain_text("unchanged")
    _drop(page, other)
    expect(page.locator("#verdict")).to_have_text("Not a file that was issued")

    assert max(sent) < 1000  # the fingerprint left the browser, the file did not


def _drop(page: Page, file: Path) -> None:
    """This will drop a file as from the desktop."""
    data = page.evaluate_handle(
        """([name, bytes]) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], name, { type: "application/pdf" }));
          return data;
        }""",
        [file.name, list(file.read_bytes())],
    )
    with page.expect_navigation():
        page.locator(".drop").dispatch_event("drop", {"dataTransfer": data})
