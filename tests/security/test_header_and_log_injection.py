"""Line breaks and control characters in what others send make no header, no line of the log and no row of their own."""

import csv
import io
import json
import logging
import zipfile
from email import message_from_bytes, policy

import pytest
import structlog
from django.core import mail as outbox
from django.core.cache import cache

from docuai.bulk.models import Document
from platform_core.access.models import ApiKey
from platform_core.accounts.models import User
from platform_core.audit.models import AuditEvent
from platform_core.audit.services import audit
from platform_core.files import services
from platform_core.files.models import StoredFile
from platform_core.identity.mailing import tell
from platform_core.kits.observability.logs import logging_config
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.kits.web.outbound import OutboundError, post
from platform_core.kits.web.ranges import disposition
from platform_core.mail.composing import compose
from platform_core.mail.models import OutgoingMail
from platform_core.mail.services import queue_mail
from platform_core.organizations.models import Membership, Organization
from platform_core.webhooks.models import WebhookEvent
from platform_core.webhooks.sending import Order, send
from tests.factories.keys import make_key
from tests.factories.organizations import make_member, make_organization
from tests.factories.receivers import receiver
from tests.security.cast import make_cast
from tests.security.table import TABLE
from tests.security.walking import ask, path_of

NAMES = ["a\r\nSet-Cookie: x=1.csv", "a\nb.csv", "a\x00b.csv", 'a"; filename="b.exe', "a\x7f\x1bb.csv", "a\u2028b.csv"]
BREAKS = ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"]
FORMULAS = ["=cmd|'/C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1"]


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
def owner(client, andina):
    client.force_login(make_member(andina, "ana@andina.example"))
    return client


@pytest.fixture
def lines():
    """Everything that is logged, as production writes it."""
    root, output = logging.getLogger(), io.StringIO()
    formatter = logging_config(format="json")["formatters"]["ours"]
    handler = logging.StreamHandler(output)
    handler.setFormatter(formatter["()"](formatter["format"]))
    root.addHandler(handler)
    structlog.contextvars.clear_contextvars()
    yield output
    structlog.contextvars.clear_contextvars()
    root.removeHandler(handler)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_name_stays_one_name_of_one_header(owner, andina, name):
    with tenant(andina.pk):
        file = services.store(
            organization_id=andina.pk, name=name.replace("\x00", ""), content=b"x", purpose="docuai.table", actor=None
        )

    answer = owner.get(f"/orgs/andina/files/{file.pk}/")

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


def test_every_download_names_its_file_in_one_clean_header(db):
    cast, named = make_cast(), 0
    hostile = 'x"; filename="evil.exe\r\nSet-Cookie: a=1'
    with tenant(Organization.objects.get(slug="andina").pk):
        StoredFile.objects.update(name=hostile)
        Document.objects.update(file_name=hostile)
    for route in TABLE:
        if route.method != "GET" or route.owner != 200:
            continue
        answer = ask(cast.owner, "GET", path_of(route, cast.values), {})
        assert all(value.isprintable() for value in answer.headers.values()), route.name
        assert answer["X-Content-Type-Options"] == "nosniff", route.name
        if header := answer.headers.get("Content-Disposition"):
            named += 1
            assert header.isascii(), route.name
            assert header.count('filename="') == 1, route.name
            assert "a" not in answer.cookies, route.name
    assert named >= 9


@pytest.mark.parametrize("sent", ["a\r\nX-Evil: 1", "a\nb", "x" * 5_000, "\x1b[31mred", '"}{"level":"error'])
def test_a_request_id_of_others_brings_nothing_into_the_answer(client, db, sent):
    answer = client.get("/status", headers={"X-Request-ID": sent})

    assert "X-Evil" not in answer.headers
    assert all(value.isprintable() and len(value) < 2_000 for value in answer.headers.values())
    assert sent not in answer.headers.values()


@pytest.mark.parametrize("sign", BREAKS)
def test_what_others_write_into_a_request_stays_inside_of_one_line_of_the_log(client, db, lines, sign):
    forged = f'{sign}{{"log.level": "error", "message": "admin signed in"}}{sign}'

    client.get(f"/no-page/{forged}", headers={"User-Agent": f"x{forged}", "X-Request-ID": forged, "Referer": forged})
    logging.getLogger("some.library").warning("Upload of %s failed", forged, extra={"file_name": forged})
    structlog.get_logger("docuai.bulk").info("row.failed", file_name=forged)

    written = lines.getvalue().split("\n")[:-1]
    found = [json.loads(line) for line in written]
    assert len(found) >= 3
    assert all("\r" not in line for line in written)
    assert [line for line in found if line["message"] == "admin signed in"] == []
    assert {"some.library", "docuai.bulk"} <= {line["log.logger"] for line in found}


@pytest.mark.parametrize("sign", BREAKS)
def test_no_name_puts_a_header_into_a_mail(andina, owner, sign):
    evil = f"Andina{sign}Bcc: eve@evil.example{sign}{sign}<b>Pay here</b>"
    Organization.objects.filter(pk=andina.pk).update(name=evil)
    User.objects.update(name=f"Ana{sign}Reply-To: eve@evil.example")

    assert (
        owner.post("/orgs/andina/members/invite/", {"emails": "new@andina.example", "role": "viewer"}).status_code
        == 302
    )

    with tenant(andina.pk):
        (mail,) = OutgoingMail.objects.all()
        sent = message_from_bytes(compose(mail).as_bytes(), policy=policy.default)
    assert sorted(sent.keys()) == sorted(
        ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
    )
    assert sent["To"] == "new@andina.example"
    assert len(sent["Subject"].splitlines()) == 1
    assert "<b>Pay here</b>" not in mail.html_body


def test_a_row_with_line_breaks_that_came_past_the_service_is_not_sent(andina):
    with tenant(andina.pk):
        mail = queue_mail(
            organization_id=andina.pk, to="a@b.example", subject="x", text="x", kind="t", idempotency_key="k"
        )
        mail.subject = "Hello\r\nBcc: eve@evil.example"
        with pytest.raises(ValueError, match="linefeed"):
            compose(mail)


def test_mails_about_an_account_have_no_header_of_its_name(andina):
    person = make_member(andina, "eva@andina.example")
    person.name = "Eva\r\nBcc: eve@evil.example"

    tell(person, "factor_added", {"factor": "Phone\r\nBcc: eve@evil.example"})

    (sent,) = outbox.outbox
    assert sent.message()["Bcc"] is None
    assert sent.recipients() == ["eva@andina.example"]


def test_a_sign_up_with_line_breaks_in_the_name_is_refused_and_mails_nobody(client, db):
    answer = client.post(
        "/accounts/signup/",
        {"email": "eve@evil.example", "name": "Eve\r\nBcc: x@evil.example", "password1": "long-enough-42"},
    )

    assert (answer.status_code, outbox.outbox, User.objects.count()) == (200, [], 0)
    assert "invisible character" in answer.content.decode()


def test_a_webhook_s_body_and_headers_are_ours_whatever_the_names_are(andina, settings):
    settings.OUTBOUND_LOOPBACK = True
    body = json.dumps({"data": {"name": "a\r\n\r\nHTTP/1.1 200 OK\r\nX-Evil: 1\u2028"}})
    with receiver() as peer:
        event = WebhookEvent(organization=andina, type="key.created", body=body)
        outcome = send(Order(event, peer.url, ["whsec_" + "QUJD" * 8], "event"))

        (call,) = peer.calls
    assert outcome.succeeded
    assert json.loads(call.body)["data"]["name"].startswith("a\r\n\r\nHTTP")
    assert "x-evil" not in call.headers
    with receiver() as peer, pytest.raises(OutboundError, match="garbled|ValueError"):
        post(peer.url, b"{}", {"X-Name": "a\r\nX-Evil: 1"})
    assert peer.calls == []


def test_each_record_of_the_exported_log_is_one_line_of_json(owner, andina):
    with tenant(andina.pk):
        for sign in BREAKS:
            label = f'x{sign}{{"action": "key.revoked"}}{sign}'
            audit(
                action="docuai.template.describe",
                organization_id=andina.pk,
                target_label=label,
                changes={"name": ["", label]},
            )
        count = AuditEvent.objects.count()

    content = b"".join(owner.get("/orgs/andina/audit/export/").streaming_content)

    records = [json.loads(line) for line in content.split(b"\n") if line]
    assert len(records) >= count
    assert [r for r in records if r["action"] == "key.revoked"] == []
    assert len([r for r in records if r["action"] == "docuai.template.describe"]) == len(BREAKS)


@pytest.mark.parametrize("name", FORMULAS)
def test_no_table_that_leaves_us_calculates(owner, andina, name):
    key, _secret = make_key(andina)
    with tenant(andina.pk):
        User.objects.update(name=name)
        ApiKey.objects.update(name=name)
        assert Membership.objects.count() == 1

    table = owner.get("/orgs/andina/access/review/report/?format=csv").content.decode()
    answer = owner.get(f"/orgs/andina/evidence/keys/{key.pk}/zip/")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        tables = [archive.read(each).decode() for each in archive.namelist() if each.endswith(".csv")]

    for text in (table, *tables):
        assert [cell for row in _rows(text) for cell in row if cell.startswith(tuple("=+-@\t\r"))] == []


def _rows(text):
    return list(csv.reader(io.StringIO(text, newline="")))
