"""One connection, kept open and used in turn for two organizations: nothing of the one stays on it for the other.

The same through pgbouncer, with many clients, stands in ``tests/system/test_pool_leak.py``.
"""

import pytest
from django.db import connection, transaction
from django.test import Client

from platform_core.jobs.models import Job
from platform_core.kits.tenancy.scope import service, tenant, unscoped
from tests.factories.keys import bearer, make_key
from tests.factories.organizations import make_member, make_organization

pytestmark = pytest.mark.django_db(transaction=True)
MARKERS = {"andina": "Papeles de Andina", "norte": "Norte confidential"}
SETTINGS = "SELECT current_user, current_setting('app.organization_id', true), current_setting('app.user_id', true)"


@pytest.fixture
def organizations(transactional_db):
    found = {}
    with unscoped():
        for slug, marker in MARKERS.items():
            found[slug] = make_organization(slug)
            with tenant(found[slug].pk):
                Job.objects.create(organization=found[slug], kind="t", title=marker)
    return found


def left_on_the_connection():
    """What a statement without a scope of ours would find: by the driver itself, on the connection that Django keeps."""
    user, organization, person = connection.connection.execute(SETTINGS).fetchone()
    rows = connection.connection.execute("SELECT count(*) FROM platform_core_job").fetchone()
    return user, organization or "", person or "", rows[0]


NOTHING = ("portfolio_app", "", "", 0)


def backend():
    return connection.connection.info.backend_pid


def test_pages_and_calls_of_two_organizations_in_turn_leave_nothing_on_their_connection(organizations):
    with unscoped():
        keys = {slug: make_key(each)[1] for slug, each in organizations.items()}
        people = {slug: make_member(each, f"owner@{slug}.example") for slug, each in organizations.items()}
    browsers = {slug: Client() for slug in MARKERS}
    for slug, browser in browsers.items():
        browser.force_login(people[slug])
    pid, seen = backend(), []

    for _round in range(2):
        for slug, other in (("andina", "norte"), ("norte", "andina")):
            page = browsers[slug].get(f"/orgs/{slug}/jobs/").content.decode()
            seen.append((MARKERS[slug] in page, MARKERS[other] in page, left_on_the_connection()))
            call = Client().get(f"/api/v1/orgs/{slug}/jobs/", headers=bearer(keys[slug])).content.decode()
            seen.append((MARKERS[slug] in call, MARKERS[other] in call, left_on_the_connection()))
            assert browsers[slug].get(f"/orgs/{other}/jobs/").status_code == 404

    assert seen == [(True, False, NOTHING)] * 8
    assert backend() == pid, "another connection: nothing could stay and nothing is shown"


@pytest.mark.parametrize("scope", ["tenant", "service"])
def test_an_error_in_mid_transaction_leaves_nothing_on_the_connection(organizations, scope):
    opened = tenant(organizations["andina"].pk) if scope == "tenant" else service("the test reads")
    with unscoped():
        assert connection.connection is not None
        pid = backend()

        with pytest.raises(ZeroDivisionError), opened, transaction.atomic():
            assert Job.objects.count() == (1 if scope == "tenant" else 2)
            raise ZeroDivisionError

    assert (left_on_the_connection(), backend()) == (NOTHING, pid)


def test_a_refused_statement_leaves_nothing_on_the_connection(organizations):
    with unscoped(), tenant(organizations["andina"].pk):
        with pytest.raises(Exception, match="row-level security|violates"):
            Job.objects.create(organization=organizations["norte"], kind="t", title="planted")
        assert list(Job.objects.values_list("title", flat=True)) == [MARKERS["andina"]]

    assert left_on_the_connection() == NOTHING


def test_a_setting_that_a_session_made_for_itself_is_not_believed(organizations):
    connection.connection.execute(
        "SELECT set_config('app.organization_id', %s, false)", [str(organizations["andina"].pk)]
    )
    try:
        with unscoped(), tenant(organizations["norte"].pk):
            titles = list(Job.objects.values_list("title", flat=True))
    finally:
        connection.connection.execute("RESET app.organization_id")

    assert titles == [MARKERS["norte"]]
