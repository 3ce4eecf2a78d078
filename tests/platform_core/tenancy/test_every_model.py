"""Walks every model of ours: it belongs to an organization under a policy or says why not, and says whose data it holds.

For each organization's table, rows of another tenant are looked at, added, changed and removed as the web's own role.
"""

import itertools
import uuid
from datetime import date

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import IntegrityError, ProgrammingError, connection, models, transaction
from django.utils import timezone

from platform_core.accounts.models import User
from platform_core.audit.models import AuditEvent
from platform_core.evidence.models import AuditPending, AuditSeal, RowHistory
from platform_core.kits.personal_data import NoPersonalData, PersonalData
from platform_core.kits.tenancy.constraints import policy_of
from platform_core.kits.tenancy.scope import ScopeError, tenant, unscoped
from platform_core.organizations.models import Membership, Organization
from tests.factories.organizations import make_organization

OURS = [model for model in apps.get_models() if model.__module__.partition(".")[0] in settings.TENANCY_APPS]
OWNED = [model for model in OURS if policy_of(model)]
# Tables of other people's apps, looked at one by one: none holds what belongs to one organization.
NUMBERS = itertools.count(1)
THIRD_PARTY = {"admin", "auth", "contenttypes", "sessions", "account", "django_otp_webauthn", "guardian"}


@pytest.fixture(autouse=True)
def frame():
    with unscoped():
        yield


@pytest.fixture
def andina(db):
    return make_organization("andina")


@pytest.fixture
def norte(db):
    return make_organization("norte")


def make_row(model, organization, depth=0):
    """This will store a row of ``model`` with the least that its columns ask for, parents included."""
    values = {"organization": organization}
    for field in model._meta.concrete_fields:
        if field.name in values or field.null or field.has_default() or field.primary_key:
            continue
        if field.db_default is not models.NOT_PROVIDED or getattr(field, "auto_now_add", False):
            continue
        values[field.name] = _value(field, organization)
    return model.objects.create(**values)


def _value(field, organization):
    if isinstance(field, models.ForeignKey):
        target = field.remote_field.model
        if target is User:
            return User.objects.create_user(f"{uuid.uuid4().hex}@andina.example", "x")
        if target is Permission:  # of a share: one that its object knows
            shared = field.model._meta.get_field("content_object").remote_field.model
            return Permission.objects.filter(content_type__model=shared._meta.model_name).first()
        return make_row(target, organization)
    if field.choices:
        return field.choices[0][0]
    match field:
        case models.DateTimeField():
            return timezone.now()
        case models.DateField():
            return date(2026, 11, 24)
        case models.IntegerField():
            return next(NUMBERS)
        case models.JSONField():
            return {}
        case models.BinaryField():
            return b"x"
        case models.UUIDField():
            return uuid.uuid4()
        case models.EmailField():
            return f"{uuid.uuid4().hex}@andina.example"
        case models.SlugField() | models.CharField() | models.TextField():
            return uuid.uuid4().hex[: field.max_length or 32]
    raise AssertionError(f"no value for {field}")


def test_every_installed_app_is_ours_or_looked_at():
    labels = {model._meta.app_label for model in apps.get_models()} - set(settings.TENANCY_APPS)
    assert labels == THIRD_PARTY


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_a_model_has_a_policy_or_a_reason_and_is_in_the_register(model):
    assert bool(policy_of(model)) != bool(getattr(model, "tenancy_exempt", ""))
    assert isinstance(model.personal_data, PersonalData | NoPersonalData)
    if isinstance(model.personal_data, PersonalData):
        names = {field.name for field in model._meta.get_fields()}
        assert {path.split("__")[0] for path in (model.personal_data.subject, *model.personal_data.export)} <= names


@pytest.mark.django_db
def test_the_database_is_what_the_models_say():
    call_command("check", databases=["default"])


@pytest.mark.parametrize("model", OWNED, ids=lambda model: model.__name__)
def test_rows_of_another_organization_cannot_be_reached(model, andina, norte):
    with tenant(norte.pk):
        theirs = make_row(model, norte)
    same = {field.attname: getattr(theirs, field.attname) for field in model._meta.concrete_fields}

    with tenant(andina.pk):
        assert not model.objects.filter(pk=theirs.pk).exists()
        if _may_change(model):  # the grant itself is missing for the others, see below
            assert model.objects.filter(pk=theirs.pk).update(organization=norte) == 0
            assert model.objects.filter(pk=theirs.pk)._raw_delete("default") == 0
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            another = {"id": _value(model._meta.pk, andina) if model is AuditPending else uuid.uuid4()}
            models.Model.save(model(**same | another), force_insert=True)  # past what the class itself would refuse

    with tenant(norte.pk):
        assert model.objects.filter(pk=theirs.pk).exists()


@pytest.mark.parametrize("model", OWNED, ids=lambda model: model.__name__)
def test_a_query_without_a_scope_raises(model, db):
    with pytest.raises(ScopeError):
        model.objects.exists()


def test_a_child_cannot_point_at_a_parent_of_another_organization(andina, norte):
    from platform_core.jobs.models import Job, JobLogLine

    with tenant(norte.pk):
        theirs = make_row(Job, norte)
    with pytest.raises(IntegrityError), transaction.atomic(), tenant(andina.pk):
        JobLogLine.objects.create(organization=andina, job_id=theirs.pk, message="x")
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_an_audit_record_can_be_neither_changed_nor_removed(andina):
    with tenant(andina.pk):
        record = make_row(AuditEvent, andina)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            AuditEvent.objects.filter(pk=record.pk).update(action="nothing")
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            AuditEvent.objects.filter(pk=record.pk)._raw_delete("default")
        assert AuditEvent.objects.get(pk=record.pk).action == record.action


def test_a_person_reads_their_own_memberships_from_anywhere_and_no_other(andina, norte):
    from platform_core.kits.tenancy.scope import person
    from tests.factories.organizations import make_member

    ana, nora = make_member(andina, "ana@andina.example"), make_member(norte, "nora@norte.example")
    with person(ana.pk):
        assert list(Membership.objects.values_list("user_id", flat=True)) == [ana.pk]
        assert Membership.objects.filter(user=nora).update(role="viewer") == 0
        assert Membership.objects.filter(user=ana).update(role="admin") == 0


def _may_change(model):
    return model not in (AuditEvent, AuditPending, AuditSeal, RowHistory) and model.__name__ != "TemplateSource"


def test_organizations_are_found_by_slug_before_a_scope_exists(andina):
    assert Organization.objects.get(slug="andina") == andina
