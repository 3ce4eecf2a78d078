"""A signed link opens the one thing it was made for: not changed, not for another object, tenant, purpose or disposition;
and an address that somebody keeps opens nothing any more once what opened it is gone: the membership, the share, the run.
"""

import re
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings as site
from django.core import mail as outbox
from django.core import signing
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from docuai.bulk import services as bulk
from docuai.bulk.models import Document
from platform_core.access import sharing
from platform_core.accounts.models import User
from platform_core.files import links, services
from platform_core.kits.tenancy.ids import new_id
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import Membership, Organization, OwnerRecovery
from platform_core.organizations.selectors import recovery as recoveries
from platform_core.organizations.services import belonging
from tests.factories.organizations import make_member, make_organization
from tests.factories.runs import make_run, make_version, work
from tests.security.cast import make_cast
from tests.security.table import TABLE
from tests.security.walking import path_of


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.STORAGE_URL = tmp_path.as_uri()
    settings.API_RATES = dict.fromkeys(settings.API_RATES, "100000/minute")
    cache.clear()
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


def test_a_link_that_was_cut_or_doubled_is_none(client, andina):
    token = token_of(make_file(andina))

    for changed in (token[1:], token + token, token.upper(), token.replace(":", ""), f"{token}%00", "", ":", "::"):
        assert client.get(f"/files/{changed}/").status_code == 404, changed


def test_a_link_whose_time_is_over_has_ended_and_cannot_be_given_more(client, andina):
    file = make_file(andina)
    address = services.signed_link(organization_id=andina.pk, purpose="test.mail", seconds=-1, file=file)
    token = urlsplit(address).path.rstrip("/").rpartition("/")[2]

    assert fetch(client, token)[0] == 410
    assert fetch(client, payload_for(token, ends_at=1 << 40))[0] == 404


def test_a_link_to_the_bytes_of_a_document_ends_when_they_are_removed(client, andina):
    with tenant(andina.pk):
        work(make_run(andina))
        document = Document.objects.order_by("row__number").first()
    address = services.signed_link(
        organization_id=andina.pk,
        purpose="test.mail",
        seconds=60,
        key=document.pack_key,
        offset=document.offset_bytes,
        size=document.size_bytes,
    )
    path = urlsplit(address).path
    assert client.get(path).status_code == 200
    client.get(path).close()

    services.delete_key(key=document.pack_key)

    assert client.get(path).status_code == 410


def test_the_links_of_one_kind_are_not_taken_for_another(client, andina):
    ana = make_member(andina, "ana@andina.example")
    token = token_of(make_file(andina))
    other = signing.dumps({"r": str(new_id()), "u": str(ana.pk)}, salt=recoveries.SALT)

    assert client.get(reverse("recovery-link", args=[token])).status_code == 404
    assert client.get(reverse("file-link", args=[other])).status_code == 404
    assert client.get(reverse("invitation", args=[other])).status_code == 404
    assert client.post(reverse("recovery-link", args=[other])).status_code == 404


@pytest.fixture
def recovery(andina):
    people = {role: make_member(andina, f"{role}@andina.example", role) for role in ("owner", "admin", "viewer")}
    with tenant(andina.pk):
        row = OwnerRecovery.objects.create(
            organization=andina,
            requested_by=people["admin"],
            ground="admins",
            reason="No owner answers.",
            state="waiting",
            waits_until=timezone.now() + timedelta(days=7),
        )
    return SimpleNamespace(row=row, **people)


def stand(recovery):
    with tenant(recovery.row.organization_id):
        return OwnerRecovery.objects.get(pk=recovery.row.pk).state


def test_the_link_that_stops_a_recovery_cannot_be_changed_and_ends_with_it(client, andina, recovery):
    token = recoveries.link_token(recovery.row, recovery.owner)
    payload, stamp, signature = token.split(":")
    another = recoveries.link_token(recovery.row, recovery.viewer).split(":")[0]

    for forged in (
        f"{another}:{stamp}:{signature}",
        f"{payload}:{stamp}:{signature[:-1]}x",
        f"{payload}x:{stamp}:{signature}",
    ):
        assert client.post(reverse("recovery-link", args=[forged])).status_code == 404
    assert stand(recovery) == "waiting"
    assert client.post(reverse("recovery-link", args=[token])).status_code == 200
    assert client.post(reverse("recovery-link", args=[token])).status_code == 409
    assert stand(recovery) == "stopped"


def test_who_is_no_member_any_more_stops_no_recovery_by_a_link_of_before(client, andina, recovery):
    token = recoveries.link_token(recovery.row, recovery.admin)
    with tenant(andina.pk):
        Membership.objects.filter(user=recovery.admin).delete()

    assert client.post(reverse("recovery-link", args=[token])).status_code == 409
    assert stand(recovery) == "waiting"


def test_nothing_that_a_member_kept_opens_after_the_membership_has_ended(db):
    cast = make_cast()
    kept = {
        route.name: path_of(route, cast.values)
        for route in TABLE
        if route.method == "GET" and route.viewer in (200, 403) and "/orgs/andina/" in path_of(route, cast.values)
    }
    viewer = User.objects.get(email="viewer@andina.example")
    with tenant(Organization.objects.get(slug="andina").pk):
        member = Membership.objects.select_related("organization", "user").get(user=viewer)
        belonging.remove_member(actor=User.objects.get(email="owner@andina.example"), member=member)

    opened = {name: status for name, path in kept.items() if (status := cast.viewer.get(path).status_code) != 404}

    assert opened == {}
    assert len(kept) > 60


def test_what_was_shared_is_shut_once_the_share_is_taken_back(andina):
    owner, viewer = make_member(andina, "owner@andina.example"), make_member(andina, "viewer@andina.example", "viewer")
    browser = Client()
    browser.force_login(viewer)
    edit = "/orgs/andina/docuai/templates/offer/describe/"
    with tenant(andina.pk):
        offer = make_version(andina, name="Offer").template
        member = Membership.objects.get(user=viewer)
        share = sharing.share(actor=owner, obj=offer, level="edit", member=member)
    assert browser.post(edit, {"about-name": "Mine", "about-tags": ""}).status_code == 302

    with tenant(andina.pk):
        sharing.end_share(actor=owner, obj=offer, share_id=share.pk)

    assert browser.post(edit, {"about-name": "Mine again", "about-tags": ""}).status_code == 403
    with tenant(andina.pk):
        offer.refresh_from_db()
    assert offer.name == "Mine"


def test_a_run_that_was_put_away_opens_by_none_of_its_addresses(andina):
    owner = make_member(andina, "owner@andina.example")
    browser = Client()
    browser.force_login(owner)
    with tenant(andina.pk):
        run = work(make_run(andina))
    base = f"/orgs/andina/docuai/runs/{run.number}/"
    kept = [base, f"{base}archive/", f"{base}manifest/", f"{base}rows/1/", f"{base}rows/1/document/"]
    assert [browser.get(path).status_code for path in kept] == [200] * 5

    with tenant(andina.pk):
        bulk.delete_run(actor=owner, run=run)

    assert [browser.get(path).status_code for path in kept] == [404] * 5


@pytest.fixture
def ana(andina):
    user = make_member(andina, "ana@andina.example")
    user.set_password("long-enough-42")
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def mailed(pattern):
    return re.search(pattern, outbox.outbox[-1].body)[0]


def test_the_link_for_a_new_password_works_once_and_for_its_person_alone(client, andina, ana):
    eva = make_member(andina, "eva@andina.example")
    client.post("/accounts/password/reset/", {"email": ana.email})
    path = mailed(r"/accounts/password/reset/key/\S+")
    stolen = path.replace(path.split("/key/")[1].split("-")[0], user_pk_to_url_str(eva))
    new = {"password1": "even-longer-4242", "password2": "even-longer-4242"}

    assert "action=" not in Client().get(stolen, follow=True).content.decode().partition("<form class")[2]
    form = client.get(path, follow=True).redirect_chain[-1][0]
    assert client.post(form, new).status_code == 302
    again = Client()
    asked = again.get(path, follow=True)
    again.post(path, {"password1": "third-4242-long", "password2": "third-4242-long"})

    ana.refresh_from_db()
    eva.refresh_from_db()
    assert ana.check_password("even-longer-4242")
    assert not eva.has_usable_password() or eva.check_password("x")
    assert asked.status_code == 200


def test_a_link_that_confirms_an_address_confirms_no_other_and_nothing_after_it_was_removed(client, ana):
    client.force_login(ana)
    client.post("/accounts/email/", {"action_add": "", "email": "ana@norte.example"})
    path = mailed(r"/accounts/confirm-email/\S+")
    key = path.rstrip("/").rpartition("/")[2]
    EmailAddress.objects.filter(email="ana@norte.example").delete()

    assert client.post(path).status_code in (302, 404)
    assert client.post(path.replace(key, key[:-1] + ("A" if key[-1] != "A" else "B"))).status_code in (302, 404)

    assert list(EmailAddress.objects.values_list("email", flat=True)) == ["ana@andina.example"]
