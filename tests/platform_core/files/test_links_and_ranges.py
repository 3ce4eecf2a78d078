"""Downloads: by members, by signed links, by ranges; headers that keep foreign markup out of our origin."""

import pytest
import time_machine
from django.utils import timezone

from platform_core.files import services
from platform_core.kits.tenancy.scope import tenant
from tests.factories.organizations import make_member, make_organization

CONTENT = b"0123456789" * 10


@pytest.fixture
def file(andina):
    with tenant(andina.pk):
        return services.store(
            organization_id=andina.pk, name="Zoë's list.csv", content=CONTENT, purpose="test.table", actor=None
        )


@pytest.fixture
def page(client, ana, file):
    client.force_login(ana)
    return f"/orgs/andina/files/{file.pk}/"


def body(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_a_member_gets_the_file_with_the_headers_of_a_download(client, page, file):
    answer = client.get(page)

    assert (answer.status_code, body(answer)) == (200, CONTENT)
    assert answer["Content-Disposition"] == (
        "attachment; filename=\"Zo_'s list.csv\"; filename*=UTF-8''Zo%C3%AB%27s%20list.csv"
    )
    assert (answer["Content-Length"], answer["Accept-Ranges"]) == ("100", "bytes")
    assert (answer["X-Content-Type-Options"], answer["ETag"]) == ("nosniff", f'"{file.sha256}"')


@pytest.mark.parametrize(
    ("asked", "status", "content", "range_"),
    [
        ("bytes=0-9", 206, CONTENT[:10], "bytes 0-9/100"),
        ("bytes=95-", 206, CONTENT[95:], "bytes 95-99/100"),
        ("bytes=-3", 206, CONTENT[-3:], "bytes 97-99/100"),
        ("bytes=90-500", 206, CONTENT[90:], "bytes 90-99/100"),
        ("bytes=100-", 416, b"", "bytes */100"),
        ("bytes=-0", 416, b"", "bytes */100"),
        ("bytes=9-2", 200, CONTENT, None),
        ("bytes=0-1,5-6", 200, CONTENT, None),
        ("pages=1-2", 200, CONTENT, None),
    ],
)
def test_a_range_gives_those_bytes_and_no_others(client, page, asked, status, content, range_):
    answer = client.get(page, headers={"Range": asked})

    assert (answer.status_code, body(answer), answer.get("Content-Range")) == (status, content, range_)


def test_a_range_of_a_file_that_has_changed_gives_the_whole(client, page, file):
    same = client.get(page, headers={"Range": "bytes=0-9", "If-Range": f'"{file.sha256}"'})
    other = client.get(page, headers={"Range": "bytes=0-9", "If-Range": '"other"'})

    assert (same.status_code, other.status_code) == (206, 200)


def test_a_known_file_is_not_sent_again_and_head_sends_no_bytes(client, page, file):
    assert client.get(page, headers={"If-None-Match": f'"{file.sha256}"'}).status_code == 304
    head = client.head(page)
    assert (head.status_code, head["Content-Length"], head.content) == (200, "100", b"")


@pytest.mark.parametrize("content_type", ["text/html", "image/svg+xml", "application/xhtml+xml", "text/xml"])
def test_markup_is_never_shown_in_our_origin(client, ana, andina, content_type):
    with tenant(andina.pk):
        file = services.store(
            organization_id=andina.pk,
            name="page",
            content=b"<script>alert(1)</script>",
            purpose="test.table",
            actor=None,
            content_type=content_type,
        )
    client.force_login(ana)

    assert client.get(f"/orgs/andina/files/{file.pk}/?inline=1")["Content-Disposition"].startswith("attachment")


def test_a_member_of_another_organization_finds_nothing(client, file):
    client.force_login(make_member(make_organization("norte"), "nora@norte.example"))

    assert client.get(f"/orgs/andina/files/{file.pk}/").status_code == 404
    assert client.get(f"/orgs/norte/files/{file.pk}/").status_code == 404


@pytest.fixture
def link(andina, file):
    address = services.signed_link(organization_id=andina.pk, purpose="test", seconds=60, file=file)
    return address.partition("8000")[2]


def test_whoever_holds_a_link_gets_the_file_without_signing_in_until_its_time_is_over(client, link):
    assert body(client.get(link)) == CONTENT
    assert client.get(link, headers={"Range": "bytes=0-4"}).status_code == 206

    with time_machine.travel(timezone.now() + timezone.timedelta(seconds=62)):
        gone = client.get(link)

    assert gone.status_code == 410
    assert "This link has ended" in gone.content.decode()


def test_a_link_that_was_changed_opens_nothing(client, link):
    for place in (12, len(link) // 2, len(link) - 3):
        changed = link[:place] + ("a" if link[place] != "a" else "b") + link[place + 1 :]
        assert client.get(changed).status_code == 404


def test_a_link_to_a_deleted_file_has_ended(client, link, file, andina):
    with tenant(andina.pk):
        assert services.delete(actor=None, file=file)
        assert not services.delete(actor=None, file=file)

    assert client.get(link).status_code == 410

    with tenant(andina.pk):
        assert services.restore(actor=None, file=file)
    assert client.get(link).status_code == 200


def test_a_link_to_a_stretch_of_a_key_gives_those_bytes(client, andina, file):
    address = services.signed_link(
        organization_id=andina.pk,
        purpose="document",
        seconds=60,
        key=file.storage_key,
        offset=10,
        size=5,
        name="a.pdf",
        content_type="application/pdf",
        inline=True,
    )

    answer = client.get(address.partition("8000")[2])

    assert (body(answer), answer["Content-Disposition"]) == (b"01234", 'inline; filename="a.pdf"')


def test_no_link_is_made_to_the_bytes_of_another_organization(andina):
    with pytest.raises(ValueError, match="belongs to its organization"):
        services.signed_link(organization_id=andina.pk, purpose="x", seconds=60, key="other/files/1")


@pytest.mark.parametrize("key", ["../etc/passwd", "/etc/passwd", "a/../../b", "a\x00b", ""])
def test_a_key_cannot_leave_the_storage_folder(key):
    with pytest.raises(ValueError, match="no storage key"):
        services.write_bytes(key=key, content=b"x")
