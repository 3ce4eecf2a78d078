"""The brand: a color held to contrast, a logo drawn anew, and where both are used."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from docuai.engines.pictures import picture_of
from platform_core.audit.models import AuditEvent
from platform_core.files.models import StoredFile
from platform_core.kits.storage.ports import storage
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.kits.web.accents import contrast, on_dark, on_light
from platform_core.kits.web.pictures import as_svg
from platform_core.notifications.brand import brand_of
from platform_core.organizations.models import OrganizationBrand
from platform_core.organizations.selectors.branding import for_documents
from tests.platform_core.organizations.test_invitations import invite, mails

pytestmark = pytest.mark.django_db
BRAND = "/orgs/andina/settings/brand/"
GIVEN = {"accent": "#FFCC00", "sender_name": " Universidad  Andina ", "postal_address": "Av. Arce 2100\r\nLa Paz"}


def save(cast, actor=None, **more):
    return cast.client(actor or cast.admin).post(BRAND, GIVEN | more)


def picture(kind="PNG", size=(800, 200)):
    out = io.BytesIO()
    Image.new("RGB", size, "#0b6e4f").save(out, kind)
    return SimpleUploadedFile(f"logo.{kind.lower()}", out.getvalue())


def row(cast):
    with unscoped(), tenant(cast.andina.pk):
        return OrganizationBrand.objects.select_related("logo").first()


@pytest.mark.parametrize(
    ("color", "light", "dark"),
    [("#ffcc00", "#8f7200", "#ffcc00"), ("#0b6e4f", "#0b6e4f", "#418e76"), ("#000000", "#000000", "#828282")],
)
def test_a_color_is_mended_where_it_cannot_be_read(color, light, dark):
    assert on_light(color) == light
    assert on_dark(color) == dark
    assert contrast(on_light(color), "#ffffff") >= 4.5
    assert contrast(on_dark(color), "#16181d") >= 4.5


def test_black_on_white_is_the_most_there_is():
    assert round(contrast("#000000", "#ffffff"), 2) == 21.0


def test_the_page_says_which_color_takes_the_place_of_one_too_pale(cast):
    assert save(cast)["Location"] == BRAND

    page = cast.client(cast.admin).get(BRAND).content.decode()

    assert "darker than #ffcc00, which cannot be read on white" in page
    assert "lighter than" not in page
    with unscoped(), tenant(cast.andina.pk):
        assert AuditEvent.objects.get(action="organization.brand").changes == {
            "accent": ["", "#ffcc00"],
            "sender_name": ["", "Universidad Andina"],
            "postal_address": ["", "Av. Arce 2100\nLa Paz"],
        }


def test_mails_notifications_and_documents_take_the_brand(cast):
    save(cast)
    invite(cast)

    (mail,) = mails(cast)
    assert mail.from_name == "Universidad Andina"
    assert "background:#8f7200;color:#ffffff" in mail.html_body
    assert "Universidad Andina, Av. Arce 2100" in mail.html_body
    with unscoped(), tenant(cast.andina.pk):
        assert (brand_of(cast.andina).name, brand_of(cast.andina).accent) == ("Universidad Andina", "#8f7200")
        assert for_documents(cast.andina) == {
            "name": "Andina",
            "color": "#8f7200",
            "legal": "Andina, Av. Arce 2100, La Paz",
        }


def test_without_a_brand_documents_bear_the_bare_name(cast):
    with unscoped(), tenant(cast.andina.pk):
        assert for_documents(cast.andina) == {"name": "Andina"}


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_logo_is_drawn_anew_and_everybody_may_see_it(cast, kind):
    assert save(cast, logo=picture(kind)).status_code == 302

    logo = row(cast).logo
    answer = Client().get(f"/brand/{logo.pk}/logo.png")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert Image.open(io.BytesIO(answer.content)).size == (640, 160)


def test_a_logo_that_was_replaced_or_removed_is_gone_from_its_address(cast):
    save(cast, logo=picture())
    first = row(cast).logo
    save(cast, logo=picture(size=(100, 100)))
    second = row(cast).logo
    assert Client().get(f"/brand/{first.pk}/logo.png").status_code == 404
    save(cast, remove_logo="on")
    assert Client().get(f"/brand/{second.pk}/logo.png").status_code == 404
    with unscoped(), tenant(cast.andina.pk):
        assert StoredFile.objects.filter(purpose="organizations.logo", deleted_at=None).count() == 0


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "SVG is not taken"),
        (b"", "The file is empty."),
        (b"\x89PNG\r\n\x1a\n", "This is no PNG, JPEG or WebP picture"),
    ],
)
def test_what_is_no_picture_is_refused_and_nothing_is_kept(cast, content, told):
    refused = save(cast, logo=SimpleUploadedFile("logo.png", content))
    assert refused.status_code == 422
    assert told in refused.content.decode()
    with unscoped(), tenant(cast.andina.pk):
        assert StoredFile.objects.count() == 0


@pytest.mark.parametrize("accent", ["green", "#12345", "#gggggg", "red;a:b"])
def test_what_is_no_color_is_refused(cast, accent):
    refused = save(cast, accent=accent)
    assert refused.status_code == 422
    assert "Write the color as # and six digits, such as #0b6e4f." in refused.content.decode()
    assert row(cast) is None


@pytest.mark.parametrize(("who", "status"), [("editor", 403), ("viewer", 403), ("outsider", 404)])
def test_who_may_not_change_the_brand(cast, who, status):
    assert save(cast, getattr(cast, who)).status_code == status
    assert row(cast) is None


def test_the_api_reads_and_writes_it(cast):
    path = "/api/v1/orgs/andina/brand/"
    answer = cast.client(cast.admin).put(path, GIVEN, "application/json")
    assert answer.json() == cast.client(cast.viewer).get(path).json()
    assert answer.json() == {
        "accent": "#ffcc00",
        "accent_light": "#8f7200",
        "accent_dark": "#ffcc00",
        "sender_name": "Universidad Andina",
        "postal_address": "Av. Arce 2100\nLa Paz",
        "logo_url": None,
    }


def preview(cast, **more):
    client = cast.client(cast.admin)
    htmx = more.pop("htmx", False)
    headers = {"HX-Request": "true"} if htmx else {}
    return client.post(BRAND, {**GIVEN, "do": "preview", **more}, headers=headers)


def test_a_preview_shows_what_is_typed_and_stores_nothing(cast):
    page = preview(cast)

    text = page.content.decode()
    assert (page.status_code, row(cast)) == (200, None)
    assert "As it would be used" in text
    assert "--brand:#8f7200;--brand-dark:#ffcc00" in text
    assert 'data-theme="light"' in text
    assert 'data-theme="dark"' in text
    assert 'value=" Universidad  Andina "' in text or 'value="Universidad  Andina"' in text


def test_the_live_preview_is_the_card_alone_and_keeps_what_is_wrong_out(cast):
    save(cast)

    text = preview(cast, htmx=True, accent="red; }", sender_name="Otra").content.decode()

    assert text.lstrip().startswith('<section class="card" id="preview"')
    assert ("Otra" in text, "red; }" in text, "--brand:#8f7200" in text) == (True, False, True)
    assert row(cast).sender_name == "Universidad Andina"


def test_a_preview_shows_a_logo_that_is_to_go_as_gone(cast):
    save(cast, logo=picture())

    text = preview(cast, htmx=True, remove_logo="on").content.decode()

    assert "<img" not in text
    assert row(cast).logo is not None


def test_documents_get_the_logo_as_a_picture_that_both_engines_take(cast):
    save(cast, logo=picture())

    with unscoped(), tenant(cast.andina.pk):
        brand = for_documents(cast.andina)

    assert brand["legal"] == "Andina, Av. Arce 2100, La Paz"
    assert brand["logo"].startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    found = picture_of("brand.logo", brand["logo"])
    assert (found.extension, found.width > 4 * found.height - 8) == ("png", True)


def test_a_heavy_logo_is_drawn_smaller_for_documents():
    noise = Image.effect_noise((640, 320), 200).convert("RGB")
    out = io.BytesIO()
    noise.save(out, "PNG")

    assert len(as_svg(out.getvalue())) < 90_000


def test_a_logo_whose_file_is_gone_stops_no_run(cast):
    save(cast, logo=picture())
    storage().delete(row(cast).logo.storage_key)

    with unscoped(), tenant(cast.andina.pk):
        assert "logo" not in for_documents(cast.andina)


def test_the_logo_may_be_shown_by_mail_readers_of_other_sites(cast):
    save(cast, logo=picture())

    answer = Client().get(f"/brand/{row(cast).logo_id}/logo.png")

    assert (answer.status_code, answer["Cross-Origin-Resource-Policy"]) == (200, "cross-origin")
