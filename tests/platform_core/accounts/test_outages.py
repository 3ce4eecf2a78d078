"""Mail server or broker away while somebody signs up, asks for a mail or invites: a page that says so, and nothing lost."""

import pytest
from allauth.account.models import EmailAddress
from celery.app.task import Task
from django.core import mail as outbox
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from kombu.exceptions import OperationalError

from platform_core.accounts.models import User
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.mail.models import OutgoingMail
from platform_core.organizations.models import Invitation
from tests.factories.organizations import make_member, make_organization

AWAY = "the mail server does not answer"
PASSWORD = "long-enough-42"


@pytest.fixture(autouse=True)
def frame():
    cache.clear()
    LocMemCache("sign-ins", {}).clear()
    with unscoped():
        yield


@pytest.fixture
def andina(db):
    return make_organization("andina")


@pytest.fixture
def ana(andina):
    user = make_member(andina, "ana@andina.example")
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def no_mail_server(settings):
    before = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    return lambda: setattr(settings, "EMAIL_BACKEND", before)


@pytest.fixture
def no_broker(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr(Task, "apply_async", refuse)


def test_who_signs_up_without_a_mail_server_keeps_the_account_and_gets_the_mail_later(client, db, no_mail_server):
    given = {"email": "eva@norte.example", "name": "Eva", "password1": PASSWORD}

    page = client.post("/accounts/signup/", given, follow=True)

    assert page.status_code == 200
    assert AWAY in page.content.decode()
    assert User.objects.get().email == "eva@norte.example"
    no_mail_server()
    cache.clear()
    client.post("/accounts/login/", {"login": "eva@norte.example", "password": PASSWORD})
    assert [mail.to for mail in outbox.outbox] == [["eva@norte.example"]]


@pytest.mark.parametrize("email", ["ana@andina.example", "nobody@andina.example"])
def test_a_new_password_without_a_mail_server_is_said_alike_to_known_and_unknown(client, ana, no_mail_server, email):
    page = client.post("/accounts/password/reset/", {"email": email}, follow=True)

    assert page.status_code == 200
    assert AWAY in page.content.decode()


def test_another_address_without_a_mail_server_waits_for_its_mail(client, ana, no_mail_server):
    client.force_login(ana)

    page = client.post("/accounts/email/", {"action_add": "", "email": "ana@norte.example"}, follow=True)

    assert page.status_code == 200
    assert AWAY in page.content.decode()


def test_an_invitation_without_a_broker_is_kept_and_its_mail_waits(
    client, ana, andina, no_broker, django_capture_on_commit_callbacks
):
    client.force_login(ana)

    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        answer = client.post("/orgs/andina/members/invite/", {"emails": "new@norte.example", "role": "viewer"})

    assert (answer.status_code, len(callbacks) > 0) == (302, True)
    with tenant(andina.pk):
        assert Invitation.objects.get().email == "new@norte.example"
        assert OutgoingMail.objects.get().state == "queued"


def test_without_the_memory_of_rates_people_still_sign_in(client, ana, settings):
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:9/0"}}

    assert client.get("/accounts/login/").status_code == 200
    answer = client.post("/accounts/login/", {"login": ana.email, "password": PASSWORD})

    assert answer.status_code == 302
    assert client.get("/orgs/andina/members/").status_code == 200


def test_without_the_memory_of_rates_passwords_are_still_not_guessed_without_end(client, ana, settings):
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:9/0"}}

    for _guess in range(12):
        client.post("/accounts/login/", {"login": ana.email, "password": "wrong"})
    answer = client.post("/accounts/login/", {"login": ana.email, "password": PASSWORD})

    assert answer.status_code != 302
    LocMemCache("sign-ins", {}).clear()
