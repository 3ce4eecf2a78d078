"""What people upload never runs as us: markup is no picture, a picture is drawn anew, and all else is saved, not shown."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from platform_core.accounts.models import Avatar
from platform_core.files import services
from platform_core.kits.tenancy.scope import tenant, unscoped
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
    assert "'unsafe-inline'" not in answer["Content-Security-Policy"].partition("script-src")[2].partition(";")[0]
