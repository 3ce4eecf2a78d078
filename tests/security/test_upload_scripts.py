"""What people upload never runs as us: markup is no picture, a picture is drawn anew, and all else is saved, not shown."""

import io
import re
from base64 import b64encode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from docuai.library.models import DocumentTemplate
from platform_core.accounts.models import Avatar
from platform_core.files import services
from platform_core.files.models import StoredFile
from platform_core.files.views import pages
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import Invitation
from platform_core.organizations.selectors.branding import look_of
from portfolio import settings as settings_of
from tests.factories.keys import bearer, make_key
from tests.factories.organizations import make_member, make_organization

SCRIPT = b"<script>alert(document.domain)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">' + SCRIPT + b"</svg>"
NO_PICTURES = {
    "html": b"<!doctype html>" + SCRIPT,
    "svg": SVG,
    "gif polyglot": b"GIF89a/*" + SCRIPT + b"*/=1;",
    "pdf polyglot": b"%PDF-1.7\n" + SCRIPT,
    "svg after a png's first bytes": b"\x89PNG\r\n\x1a\n" + SVG,
}


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.STORAGE_URL = tmp_path.as_uri()
    with unscoped():
        yield


@pytest.fixture
def andina(db):
    return make_organization("andina")


@pytest.fixture
def ana(client, andina):
    user = make_member(andina, "ana@andina.example")
    client.force_login(user)
    return user


def send(client, content):
    return client.post("/me/picture/upload/", {"picture": SimpleUploadedFile("me.png", content, "image/png")})


@pytest.mark.parametrize("content", NO_PICTURES.values(), ids=NO_PICTURES.keys())
def test_markup_that_calls_itself_a_picture_is_refused_and_not_kept(client, ana, content):
    assert send(client, content).status_code == 422
    assert not Avatar.objects.exists()


def test_a_picture_with_a_script_behind_it_is_served_without(client, ana):
    out = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(out, "PNG")

    assert send(client, out.getvalue() + SCRIPT).status_code == 302

    shown = client.get("/me/picture/")
    assert (shown.status_code, shown["Content-Type"], shown["X-Content-Type-Options"]) == (200, "image/webp", "nosniff")
    assert b"script" not in shown.content


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("a.html", SCRIPT, "text/html"),
        ("a.html", SCRIPT, "text/html; charset=utf-8"),
        ("a.svg", SVG, "image/svg+xml"),
        ("a.svg", SVG, "IMAGE/SVG+XML"),
        ("a.xml", SVG, "application/xml"),
        ("a.js", b"alert(1)", "text/javascript"),
        ("a", SCRIPT, "application/octet-stream"),
        ("a.mht", SCRIPT, "multipart/related"),
    ],
)
def test_what_could_run_is_saved_even_where_showing_was_asked_for(client, ana, andina, name, content, content_type):
    with tenant(andina.pk):
        file = services.store(
            organization_id=andina.pk,
            name=name,
            content=content,
            purpose="docuai.table",
            actor=None,
            content_type=content_type,
        )

    answer = client.get(f"/orgs/andina/files/{file.pk}/?inline=1")

    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "script-src" not in answer["Content-Security-Policy"]


def png_of(width=64, height=64):
    out = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, "PNG")
    return out.getvalue()


MARKUP = {
    "html": b"<!doctype html>" + SCRIPT,
    "html after blanks": b"\xef\xbb\xbf \r\n\t<HTML>" + SCRIPT,
    "a comment first": b"<!-- name,email -->" + SCRIPT,
    "script": SCRIPT,
    "svg": SVG,
    "xml with svg": b'<?xml version="1.0"?>' + SVG,
    "xhtml": b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">' + SCRIPT + b"</html>",
    "utf-16": ("\ufeff<html>" + SCRIPT.decode()).encode("utf-16-le"),
    "utf-16 without a mark": ("<svg onload='alert(1)'/>" * 20).encode("utf-16-be"),
}
OTHERS = {
    "pdf and html": b"%PDF-1.7\n" + SCRIPT,
    "gif and script": b"GIF89a/*" + SCRIPT + b"*/=1;",
    "png and html": png_of() + SCRIPT,
}


@pytest.mark.parametrize("name", ["people.csv", "people.json", "a.html", "a"])
@pytest.mark.parametrize("content", [*MARKUP.values(), *OTHERS.values()], ids=[*MARKUP, *OTHERS])
def test_an_upload_in_pieces_of_something_a_browser_could_run_is_refused_and_not_kept(
    client, ana, andina, name, content
):
    headers = {"Tus-Resumable": "1.0.0"}
    about = ",".join(
        f"{k} {b64encode(v.encode()).decode()}" for k, v in {"filename": name, "purpose": "docuai.table"}.items()
    )
    begun = client.generic(
        "POST",
        "/orgs/andina/files/uploads/",
        headers={**headers, "Upload-Length": str(len(content)), "Upload-Metadata": about},
    )
    answer = client.generic(
        "PATCH",
        begun["Location"],
        content,
        content_type="application/offset+octet-stream",
        headers={**headers, "Upload-Offset": "0"},
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "wrong_type")
    with tenant(andina.pk):
        assert not StoredFile.objects.exists()


@pytest.mark.parametrize("content", MARKUP.values(), ids=MARKUP.keys())
def test_no_template_is_made_of_markup_by_page_or_api(client, ana, andina, content):
    key, secret = make_key(andina)
    for name in ("letter.docx", "letter.typ"):
        by_page = client.post(
            "/orgs/andina/docuai/templates/new/",
            {"make": "upload", "upload-language": "en", "upload-file": SimpleUploadedFile(name, content)},
        )
        by_api = client.post(
            "/api/v1/orgs/andina/docuai/templates/",
            {"file": SimpleUploadedFile(name, content), "name": "x", "engine": "typst"},
            headers=bearer(secret),
        )
        assert (by_page.status_code, by_api.status_code) == (422, 422)
        assert "Upload a Word file" in by_page.content.decode()
        assert "Upload a Word file" in by_api.json()["detail"]
    with tenant(andina.pk):
        assert not DocumentTemplate.objects.exists()


@pytest.mark.parametrize("content", [*MARKUP.values(), *OTHERS.values()], ids=[*MARKUP, *OTHERS])
def test_a_list_of_people_and_a_logo_are_looked_at_by_their_content(client, ana, andina, content):
    asked = client.post(
        "/orgs/andina/members/invite/list/",
        {"file": SimpleUploadedFile("people.csv", content, "text/csv"), "role": "viewer"},
    )
    assert asked.status_code == 422
    if content != OTHERS["png and html"]:
        logo = {"sender_name": "", "accent": "", "logo": SimpleUploadedFile("logo.png", content, "image/png")}
        assert client.post("/orgs/andina/settings/brand/", logo).status_code == 422
    with tenant(andina.pk):
        assert not StoredFile.objects.exists()
        assert not Invitation.objects.exists()


def test_a_logo_with_a_script_behind_it_is_served_without(client, ana, andina):
    logo = {
        "sender_name": "",
        "accent": "",
        "logo": SimpleUploadedFile("logo.png", OTHERS["png and html"], "image/png"),
    }
    assert client.post("/orgs/andina/settings/brand/", logo).status_code == 302

    with tenant(andina.pk):
        path = look_of(andina).logo_path
    shown = Client().get(path)
    assert (shown.status_code, shown["Content-Type"], shown["X-Content-Type-Options"]) == (200, "image/png", "nosniff")
    assert b"script" not in b"".join(shown)


@pytest.mark.parametrize(
    ("name", "content_type", "is_shown"),
    [
        ("a.pdf", "application/pdf", True),
        ("a.png", "image/png", True),
        ("a.csv", "text/csv", True),
        ("a.xhtml", "application/xhtml+xml", False),
        ("a.html", "text/html;charset=utf-7", False),
        ("a.svg", "image/svg+xml; x=y", False),
        ("a.swf", "application/x-shockwave-flash", False),
    ],
)
def test_what_storage_of_others_shows_is_the_same_as_what_we_show(
    client, ana, andina, monkeypatch, name, content_type, is_shown
):
    asked = {}

    class Elsewhere:
        def link(self, key, **given):
            asked.update(given)
            return "https://storage.example/x"

        def write(self, key, source):
            pass

    monkeypatch.setattr(pages, "storage", Elsewhere)
    with tenant(andina.pk):
        file = services.store(
            organization_id=andina.pk,
            name=name,
            content=b"x",
            purpose="docuai.table",
            actor=None,
            content_type=content_type,
        )
    client.get(f"/orgs/andina/files/{file.pk}/?inline=1")

    assert asked["disposition"].startswith("inline" if is_shown else "attachment")


def test_what_is_shown_runs_nothing_even_as_a_page_of_its_own(client, ana, andina):
    with tenant(andina.pk):
        file = services.store(
            organization_id=andina.pk,
            name="a.txt",
            content=SCRIPT,
            purpose="docuai.table",
            actor=None,
            content_type="text/plain",
        )
    shown = client.get(f"/orgs/andina/files/{file.pk}/?inline=1")

    assert shown["Content-Disposition"].startswith("inline;")
    assert shown["Content-Security-Policy"].startswith("default-src 'none';")
    assert shown["Content-Security-Policy"].endswith("sandbox")


def test_every_place_that_takes_a_file_is_known_here():
    """A new form field or serializer field for files must go through ``kits.web.sniffing`` (or the tables' own reader)."""
    known = {
        "platform_core/accounts/forms.py": "kits.web.pictures",
        "platform_core/organizations/forms.py": "logo: kits.web.pictures; list: address_lists.read_file",
        "platform_core/shell/style_guide.py": "a picture of a field; takes nothing",
        "docuai/library/forms.py": "library.uploads.read",
        "docuai/library/serializers.py": "library.uploads.read",
        "docuai/bulk/serializers.py": "bulk.tables.sniffing",
        "docuai/bulk/views/wizard/check.py": "bulk.tables.sniffing",
        "docuai/bulk/views/wizard/start.py": "bulk.tables.sniffing",
        "docuai/bulk/views/rows.py": "bulk.tables.sniffing",
        "platform_core/access/idempotency.py": "compares hashes; takes nothing",
    }
    takes = re.compile(r"FileField[()]|ImageField\(|FILES\.get|FILES\[|FILES\.getlist")
    found = {
        str(path.relative_to(settings_of.ROOT))
        for app in ("platform_core", "docuai", "portfolio")
        for path in (settings_of.ROOT / app).rglob("*.py")
        if "migrations" not in path.parts and takes.search(path.read_text())
    }
    assert found == set(known)
