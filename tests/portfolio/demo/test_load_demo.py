"""The demo's data: made once, whatever happens in between, and told to scripts in ``demo.json``."""

import dataclasses
import json
from datetime import date
from itertools import islice

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from docuai.bulk import rendering, services
from docuai.bulk.models import BulkRun, RunRow
from docuai.library.models import DocumentTemplate
from docuai.library.starters import STARTERS
from platform_core.access.models import ApiKey
from platform_core.accounts.models import User
from platform_core.jobs.models import Job, JobLogLine
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import Membership, Organization
from platform_core.shell.selectors import home_of, memberships_of
from portfolio.demo import people, runs, tables
from tests.factories.keys import bearer

LETTER, CONTRACT, CERTIFICATE = runs.PLAN
SMALL = (
    dataclasses.replace(LETTER, rows=lambda today: islice(tables.letters(today), 3)),
    dataclasses.replace(CONTRACT, rows=lambda today: islice(tables.contracts(today), 9), paused_at=4),
    dataclasses.replace(CERTIFICATE, rows=lambda today: islice(CERTIFICATE.rows(today), 208, 213)),
)


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.STORAGE_URL = (tmp_path / "storage").as_uri()
    settings.DATA_DIR = tmp_path
    settings.DEMO = True
    settings.BASE_URL = "http://127.0.0.1:8000"
    with unscoped():
        yield


@pytest.fixture
def both(db):
    return people.load()


@pytest.fixture
def andina(both):
    return both[0]


def worker(organization):
    """Waiting is working: the next batch of every run."""

    def work(_seconds=0.0):
        with tenant(organization.pk):
            for run_id in BulkRun.objects.values_list("id", flat=True):
                rendering.render_rows(organization_id=organization.pk, run_id=run_id)

    return work


def stand(organization):
    with tenant(organization.pk):
        found = BulkRun.objects.order_by("number").select_related("job", "template")
        return [(run.template.starter, run.job.state, {s: n for s, n in counts(run).items() if n}) for run in found]


def counts(run):
    return {state: run.rows.filter(state=state).count() for state in RunRow.State.values}


def test_the_facts_for_scripts_are_those_of_the_contract(both):
    facts = json.loads(people.write_facts(*both).read_text())

    assert set(facts) == {"url", "email", "password", "organization", "api_key", "mail_url", "other"}
    assert set(facts["other"]) == {"organization", "api_key"}
    assert (facts["url"], facts["mail_url"]) == ("http://127.0.0.1:8000", "http://127.0.0.1:8000/mail")
    assert (facts["email"], facts["password"]) == ("marta@andina.example", "demo-andina")
    assert (facts["organization"], facts["other"]["organization"]) == ("universidad-andina", "estudio-norte")
    for slug, key in ((facts["organization"], facts["api_key"]), tuple(facts["other"].values())):
        assert Client().get(f"/api/v1/orgs/{slug}/docuai/runs/", headers=bearer(key)).status_code == 200
    assert Client().login(email=facts["email"], password=facts["password"])


def test_keys_stay_while_they_work_and_are_replaced_when_they_do_not(both):
    first = json.loads(people.write_facts(*both).read_text())
    again = json.loads(people.write_facts(*both).read_text())
    assert again == first

    with tenant(both[0].pk):
        ApiKey.objects.update(revoked_at="2026-11-24T00:00Z")
    after = json.loads(people.write_facts(*both).read_text())
    assert after["api_key"] != first["api_key"]
    assert after["other"] == first["other"]
    (people.settings.DATA_DIR / "demo.json").write_text("{ broken")
    assert json.loads(people.write_facts(*both).read_text())["organization"] == "universidad-andina"


def test_people_have_their_roles_and_staff_belongs_to_nobody(andina):
    with tenant(andina.pk):
        roles = dict(Membership.objects.values_list("user__email", "role"))
    assert roles == {email: role for _name, email, role in people.PEOPLE}
    with tenant(Organization.objects.get(slug="estudio-norte").pk):
        assert dict(Membership.objects.values_list("user__email", "role")) == {
            "nora@norte.example": "owner",
            "marta@andina.example": "viewer",
        }
    elena = User.objects.get(email="elena@portfolio.example")
    assert elena.is_staff
    marta = User.objects.get(email="marta@andina.example")
    assert home_of(memberships_of(marta.pk)).organization == andina  # the other one comes first by name
    assert memberships_of(elena.pk) == []


def test_the_runs_stand_as_the_demo_shows_them(andina):
    assert runs.load(andina, plans=SMALL, wait=worker(andina))

    assert stand(andina) == [
        ("letter", "done", {"done": 3}),
        ("employment-contract", "paused", {"queued": 5, "done": 4}),
        ("certificate", "partial", {"done": 4, "failed": 1}),
    ]
    with tenant(andina.pk):
        failed = RunRow.objects.get(state="failed")
        assert (failed.data["name"], failed.error["code"]) == ("王芳", "missing_glyph")
        job = Job.objects.get(kind="portfolio.demo")
        assert (job.state, job.total, job.done) == ("done", 12, 12)
        messages = JobLogLine.objects.filter(job=job).order_by("at", "id").values_list("message", flat=True)
        assert messages[0] == "People, templates and keys are there"
        assert RunRow.objects.exclude(due_at=None).count() == 0


def test_the_paused_run_goes_on_when_it_is_resumed(andina):
    work = worker(andina)
    runs.load(andina, plans=SMALL, wait=work)

    with tenant(andina.pk):
        run = BulkRun.objects.select_related("job").get(number=2)
        services.resume(actor=None, run=run)
        for _ in range(3):
            work()
        run.job.refresh_from_db()
        assert (run.job.state, counts(run)["done"]) == ("done", 9)


def test_a_start_that_was_broken_off_is_taken_up_and_a_finished_one_is_left_alone(both, settings):
    settings.OUTBOUND_LOOPBACK = True  # the demo's webhook calls this machine
    andina = both[0]
    work = worker(andina)

    def killed(_seconds):
        work()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        runs.load(andina, plans=SMALL, wait=killed)
    assert runs.load(andina, plans=SMALL, wait=work)
    before, people_before = stand(andina), User.objects.count()

    for _ in range(2):
        call_command("load_demo")  # does not wait for anybody: all is there

    assert stand(andina) == before
    assert User.objects.count() == people_before
    for organization in both:
        with tenant(organization.pk):
            assert DocumentTemplate.objects.count() == len(STARTERS)
            assert ApiKey.objects.count() == 1
    with tenant(andina.pk):
        assert Job.objects.filter(kind="portfolio.demo").count() == 1


def test_the_tables_have_the_sizes_of_the_demo():
    today = date(2026, 11, 24)
    rows = list(tables.certificates(today, check_url="http://127.0.0.1:8000/check/"))

    assert len(rows) == 1200
    assert [row["name"] for row in rows if row["name"] in tables.UNWRITABLE.values()] == ["王芳", "김서연", "สมชาย ใจดี"]
    assert len({row["name"] for row in rows}) == 1200
    assert (len(list(tables.contracts(today))), len(list(tables.letters(today)))) == (500, 40)
    assert runs.PAUSED_AT == 212


def test_without_the_demo_nothing_is_loaded(settings, db):
    settings.DEMO = False

    with pytest.raises(CommandError, match="DEMO is off"):
        call_command("load_demo")

    assert User.objects.count() == 0
