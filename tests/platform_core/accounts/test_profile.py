"""The profile, the picture, signing in too often."""

import io

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from platform_core.accounts.models import Avatar
from tests.platform_core.organizations.conftest import Cast, cast, make_account

__all__ = ["cast"]
pytestmark = pytest.mark.django_db
GIVEN = {"name": "Ana Quispe", "language": "es", "region": "PE", "time_zone": "America/Lima", "theme": "dark"}


@pytest.fixture
def ana(db):
    cache.clear()
    return make_account("ana@new.example")


@pytest.fixture
def client(ana):
    client = Client()
    client.force_login(ana)
    return client


def picture(kind="PNG", size=(640, 320), **options):
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)
    return out.getvalue()


def upload(client, content, name="me.png", content_type="image/png"):
    return client.post("/me/picture/upload/", {"picture": SimpleUploadedFile(name, content, content_type)})


def test_the_profile_is_changed_and_the_page_speaks_the_new_language(client, ana):
    assert client.post("/me/", GIVEN)["Location"] == "/me/"

    ana.refresh_from_db()
    assert (ana.name, ana.language, ana.region, ana.time_zone, ana.theme) == tuple(GIVEN.values())
    page = client.get("/me/").content.decode()
    assert 'lang="es"' in page
    assert 'data-theme="dark"' in page


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"language": "fr"}, {"region": "ZZ"}, {"time_zone": "Nowhere"}, {"theme": "pink"}]
)
def test_a_bad_profile_changes_nothing_and_keeps_what_was_typed(client, ana, wrong):
    response = client.post("/me/", GIVEN | {"name": "Typed Name"} | wrong)

    assert response.status_code == 422
    ana.refresh_from_db()
    assert ana.name == "ana"
    assert "Typed Name" in response.content.decode() or "name" in wrong


def test_signed_out_there_is_no_profile():
    assert Client().get("/me/")["Location"] == "/accounts/login/?next=/me/"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_becomes_a_small_square_whatever_its_name_says(client, kind):
    upload(client, picture(kind), name="x.exe", content_type="application/x-msdownload")

    response = client.get("/me/picture/")
    image = Image.open(io.BytesIO(response.content))
    assert (image.format, image.size) == ("WEBP", (256, 256))
    assert response["Content-Type"] == "image/webp"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_nothing_of_the_sent_file_survives(client):
    upload(client, picture("JPEG", comment=b"secret") + b"<script>alert(1)</script>")
    assert b"secret" not in client.get("/me/picture/").content
    assert b"script" not in client.get("/me/picture/").content


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty"),
        (b"GIF89a" + b"\0" * 60, "This is no PNG, JPEG or WebP picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "This is no PNG, JPEG or WebP picture"),
        (picture("GIF"), "This is no PNG, JPEG or WebP picture"),
        (picture()[:200], "The picture is damaged"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "picture"),
        (picture() + b"\0" * 5_000_000, "larger than 5 MB"),
    ],
)
def test_what_is_no_picture_is_refused_and_the_old_one_stays(client, ana, content, message):
    upload(client, picture())
    before = bytes(Avatar.objects.get(user=ana).image)

    response = upload(client, content)

    assert response.status_code == 422
    assert message in response.content.decode()
    assert bytes(Avatar.objects.get(user=ana).image) == before


def test_a_picture_bomb_is_refused_before_it_is_opened(client):
    bomb = picture(size=(9000, 9000))
    assert len(bomb) < 500_000
    assert "40 million pixels" in upload(client, bomb).content.decode()


def test_no_file_at_all_is_said(client):
    assert client.post("/me/picture/upload/", {}).status_code == 422


def test_a_picture_is_removed_and_initials_stand_there(client, ana):
    upload(client, picture())
    client.post("/me/picture/remove/")

    ana.refresh_from_db()
    assert ana.picture_at is None
    assert client.get("/me/picture/").status_code == 404


def test_members_see_each_others_pictures_and_strangers_do_not(cast: Cast):
    upload(cast.client(cast.editor), picture())
    path = f"/orgs/andina/people/{cast.editor.pk}/picture/"

    assert cast.client(cast.viewer).get(path)["Content-Type"] == "image/webp"
    assert cast.client(cast.outsider).get(path).status_code == 404
    assert cast.client(cast.viewer).get(f"/orgs/andina/people/{cast.outsider.pk}/picture/").status_code == 404
    assert path in cast.client(cast.viewer).get("/orgs/andina/members/").content.decode()


def test_after_five_wrong_passwords_the_account_waits_and_the_right_one_waits_too(ana):
    client = Client()
    for _ in range(5):
        client.post("/accounts/login/", {"login": ana.email, "password": "wrong"})

    response = client.post("/accounts/login/", {"login": ana.email, "password": "a-long-password"})
    assert "Too many failed login attempts" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_an_address_that_tries_too_often_gets_a_page_that_says_so(ana):
    answers = [
        Client(REMOTE_ADDR="198.51.100.7").post("/accounts/login/", {"login": f"u{n}@x.example", "password": "x"})
        for n in range(31)
    ]
    assert answers[-1].status_code == 429
    assert "Too many tries" in answers[-1].content.decode()
    other = Client(REMOTE_ADDR="198.51.100.8").post("/accounts/login/", {"login": "a@x.example", "password": "x"})
    assert other.status_code == 200


def test_behind_a_balancer_the_client_is_counted_and_not_the_balancer(ana, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    def tried(address, n):
        return Client().post(
            "/accounts/login/",
            {"login": f"u{n}@x.example", "password": "x"},
            REMOTE_ADDR="10.0.0.1",
            headers={"x-forwarded-for": f"203.0.113.{n % 200}, {address}"},
        )

    assert [tried("198.51.100.7", n) for n in range(31)][-1].status_code == 429
    assert tried("198.51.100.8", 99).status_code == 200


@pytest.mark.parametrize("path", ["/accounts/email/", "/accounts/password/change/", "/me/"])
def test_a_persons_pages_are_whole(client, path):
    page = client.get(path).content.decode()
    assert "</c-" not in page
    assert page.count("<h1") == 1
