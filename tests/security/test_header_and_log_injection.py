"""Line breaks and control characters in what others send make no header, no line of the log and no row of their own."""

import pytest

from platform_core.files import services
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.kits.web.ranges import disposition
from tests.factories.organizations import make_member, make_organization

NAMES = ["a\r\nSet-Cookie: x=1.csv", "a\nb.csv", "a\x00b.csv", 'a"; filename="b.exe', "a\x7f\x1bb.csv", "a\u2028b.csv"]


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.STORAGE_URL = tmp_path.as_uri()
    with unscoped():
        yield


@pytest.mark.parametrize("name", NAMES)
def test_a_file_name_stays_one_name_of_one_header(client, db, name):
    andina = make_organization("andina")
    client.force_login(make_member(andina, "ana@andina.example"))
    with tenant(andina.pk):
        file = services.store(
            organization_id=andina.pk, name=name.replace("\x00", ""), content=b"x", purpose="docuai.table", actor=None
        )

    answer = client.get(f"/orgs/andina/files/{file.pk}/")

    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert answer["Content-Disposition"].isprintable()
    assert answer["Content-Disposition"].count('filename="') == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_disposition_is_printable_ascii(name):
    written = disposition(name)

    assert written.isascii()
    assert written.isprintable()
    assert written.count('"') == 2


@pytest.mark.parametrize("sent", ["a\r\nX-Evil: 1", "a\nb", "x" * 5_000, "\x1b[31mred", '"}{"level":"error'])
def test_a_request_id_of_others_brings_nothing_into_the_answer(client, db, sent):
    answer = client.get("/status", headers={"X-Request-ID": sent})

    assert "X-Evil" not in answer.headers
    assert all(value.isprintable() and len(value) < 2_000 for value in answer.headers.values())
    assert sent not in answer.headers.values()
