"""A signed link opens the one thing it was made for: not changed, not for another object, tenant, purpose or disposition."""

import pytest
from django.conf import settings as site
from django.core import signing
from django.urls import reverse

from platform_core.files import links, services
from platform_core.kits.tenancy.ids import new_id
from platform_core.kits.tenancy.scope import tenant, unscoped
from tests.factories.organizations import make_organization


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.STORAGE_URL = tmp_path.as_uri()
    with unscoped():
        yield


@pytest.fixture
def andina(db):
    return make_organization("andina")


@pytest.fixture
def norte(db):
    return make_organization("norte")


def make_file(organization, content=b"name\nAna\n"):
    with tenant(organization.pk):
        return services.store(
            organization_id=organization.pk, name="a.csv", content=content, purpose="docuai.table", actor=None
        )


def token_of(file, **fields):
    address = services.signed_link(
        organization_id=file.organization_id, purpose="test.mail", seconds=60, file=file, **fields
    )
    return address.removeprefix(site.BASE_URL).rstrip("/").rpartition("/")[2]


def fetch(client, token):
    answer = client.get(reverse("file-link", kwargs={"token": token}))
    return answer.status_code, b"".join(answer.streaming_content) if answer.streaming else b""


def values_of(token):
    return dict(zip(links.FIELDS, signing.loads(token, salt=links.SALT), strict=True))


def payload_for(token, **changed):
    """What an attacker can write: the same fields with others in them, under the signature of the true link."""
    forged = signing.dumps(list({**values_of(token), **changed}.values()), salt="guessed", key="guessed", compress=True)
    _payload, stamp, signature = token.split(":")
    return ":".join((forged.split(":")[0], stamp, signature))


@pytest.mark.parametrize(
    "field", ["organization_id", "purpose", "ends_at", "file_id", "name", "content_type", "inline"]
)
def test_no_field_of_a_link_can_be_changed(client, andina, norte, field):
    theirs = make_file(norte, b"name\nSecret\n")
    token = token_of(make_file(andina))
    others = {
        "organization_id": str(norte.pk),
        "purpose": "other",
        "ends_at": 1 << 40,
        "file_id": str(theirs.pk),
        "name": "x.html",
        "content_type": "text/html",
        "inline": True,
    }

    assert fetch(client, token) == (200, b"name\nAna\n")
    assert fetch(client, payload_for(token, **{field: others[field]})) == (404, b"")


def test_the_signature_of_one_link_does_not_hold_for_another(client, andina):
    first, second = token_of(make_file(andina)), token_of(make_file(andina, b"name\nEva\n"))

    assert fetch(client, ":".join([*first.split(":")[:2], second.split(":")[2]])) == (404, b"")


def test_what_we_signed_for_something_else_is_no_link(client, andina):
    file = make_file(andina)
    elsewhere = signing.dumps(list(values_of(token_of(file)).values()), salt="other", compress=True)

    assert fetch(client, elsewhere) == (404, b"")


def test_a_link_signed_with_the_ids_of_two_organizations_finds_nothing(client, andina, norte):
    theirs = make_file(norte, b"name\nSecret\n")
    mixed = {**values_of(token_of(make_file(andina))), "file_id": str(theirs.pk)}

    status, body = fetch(client, signing.dumps(list(mixed.values()), salt=links.SALT, compress=True))

    assert (status, b"Secret" in body) == (410, False)


def test_a_link_for_one_purpose_opens_no_other(andina):
    token = token_of(make_file(andina))

    assert links.opened(token, purpose="test.mail").purpose == "test.mail"
    with pytest.raises(links.LinkError):
        links.opened(token, purpose="test.other")


def test_a_download_does_not_become_a_page_by_asking(client, andina):
    path = reverse("file-link", kwargs={"token": token_of(make_file(andina))})

    assert client.get(f"{path}?inline=1")["Content-Disposition"].startswith("attachment;")
    assert client.get(path)["X-Content-Type-Options"] == "nosniff"


def test_a_link_dies_with_its_file_and_does_not_open_the_next_one(client, andina):
    file = make_file(andina)
    token = token_of(file)
    with tenant(andina.pk):
        services.delete(actor=None, file=file)
    make_file(andina)

    assert fetch(client, token)[0] == 410
    assert fetch(client, token[:-1])[0] == 404


def test_a_link_to_a_file_that_never_was_has_ended(client, andina):
    values = {**values_of(token_of(make_file(andina))), "file_id": str(new_id())}

    assert fetch(client, signing.dumps(list(values.values()), salt=links.SALT, compress=True))[0] == 410
