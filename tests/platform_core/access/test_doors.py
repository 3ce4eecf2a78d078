"""Who may what: ``can``, lists, template tags, and a register in which every name exists and is used."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.template import Context, Template
from django.test import RequestFactory

from docuai import permissions as docuai
from platform_core import permissions as platform
from platform_core.access.can import Principal, UnknownPermissionError, can, permissions_of, visible
from platform_core.access.doors import organization_page, require
from platform_core.access.registry import LADDER, PERMISSIONS
from platform_core.audit.models import AuditEvent
from platform_core.jobs.models import Job
from platform_core.kits.tenancy.ids import new_id
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import Role
from tests.factories.organizations import make_member, make_organization

TEMPLATE_CAN = re.compile(r"""\{%\s*can\s+["']([^"']+)["']""")
MODULES = [docuai, platform]


@pytest.fixture(autouse=True)
def frame():
    with unscoped():
        yield


@pytest.fixture
def andina(db):
    return make_organization("andina")


def principal(organization, role):
    return Principal(organization.pk, role, new_id())


@pytest.mark.parametrize(
    ("role", "starts", "manages", "transfers"),
    [
        ("owner", True, True, True),
        ("admin", True, True, False),
        ("editor", True, False, False),
        ("viewer", False, False, False),
        ("", False, False, False),
    ],
)
def test_each_role_may_what_the_register_says(role, starts, manages, transfers):
    caller = Principal(new_id(), role, new_id())

    assert can(caller, docuai.RUN_START) is starts
    assert can(caller, platform.MEMBER_MANAGE) is manages
    assert can(caller, platform.ORGANIZATION_TRANSFER) is transfers


def test_a_key_may_what_its_scopes_say_whatever_its_role():
    caller = Principal(new_id(), "owner", key_id=new_id(), scopes=frozenset([docuai.RUN_VIEW]))

    assert permissions_of(caller) == {docuai.RUN_VIEW}


def test_an_object_of_another_organization_is_nobodys(andina):
    job = Job(organization=andina)

    assert can(principal(andina, "owner"), platform.JOB_VIEW, job)
    assert not can(Principal(new_id(), "owner", new_id()), platform.JOB_VIEW, job)


def test_a_list_holds_what_the_principal_may_see(andina):
    owner = principal(andina, "owner")
    with tenant(andina.pk):
        job = Job.objects.create(organization=andina, kind="t", title="T")

        assert list(visible(Job.objects.all(), owner, platform.JOB_VIEW)) == [job]
        assert list(visible(Job.objects.all(), principal(andina, ""), platform.JOB_VIEW)) == []


def test_a_refusal_inside_a_transaction_is_written_after_its_rollback(andina, rf):
    user = make_member(andina, "e@andina.example", "editor")

    @organization_page(docuai.RUN_START)
    def page(request, organization):
        with transaction.atomic():
            Job.objects.create(organization=organization, kind="t", title="T")
            require(request.principal, docuai.RUN_VIEW)
            require(request.principal, platform.MEMBER_MANAGE, organization)

    request = rf.post("/")
    request.user = user
    with pytest.raises(PermissionDenied), unscoped():
        page(request, slug="andina")

    with tenant(andina.pk):
        assert [(e.action, e.actor_id) for e in AuditEvent.objects.all()] == [(platform.MEMBER_MANAGE, user.pk)]
        assert not Job.objects.exists()


def test_a_template_offers_what_the_person_may(andina):
    request = RequestFactory().get("/")
    source = Template('{% can "docuai.run.start" as may %}{{ may }}')

    assert source.render(Context({"request": request})) == "False"
    request.principal = principal(andina, "editor")
    assert source.render(Context({"request": request})) == "True"


def test_a_door_with_a_name_that_nobody_declared_does_not_load():
    with pytest.raises(UnknownPermissionError):
        organization_page("docuai.run.strat")


def test_the_ladder_of_roles_is_the_one_of_memberships():
    assert list(LADDER) == list(Role.values)


def test_every_permission_named_in_a_template_exists():
    named = {
        name
        for file in (settings.ROOT / "templates").rglob("*.html")
        for name in TEMPLATE_CAN.findall(file.read_text())
    }

    assert named <= PERMISSIONS.keys()


def test_every_declared_permission_guards_something():
    constants = {
        name: value
        for module in MODULES
        for name, value in vars(module).items()
        if isinstance(value, str) and value in PERMISSIONS
    }
    used = {name for app in settings.TENANCY_APPS for file in sources(app) for name in names_in(file)}

    assert sorted(constants.values()) == sorted(PERMISSIONS)
    assert sorted(set(constants) - used) == []


def sources(app):
    return [file for file in (settings.ROOT / app).rglob("*.py") if file.name != "permissions.py"]


def names_in(file: Path):
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.alias):
            yield node.name
