"""Retention: what is kept no longer goes, the rest proves itself; what was taken away without the signed line shows."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from platform_core.audit.models import AuditEvent
from platform_core.evidence import checkpoints, verifying
from platform_core.evidence.models import AuditSeal
from platform_core.kits.tenancy.scope import tenant, unscoped
from tests.factories.organizations import make_organization
from tests.factories.seals import seal_all, superuser

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    with unscoped():
        yield


@pytest.fixture
def andina():
    """Five events of five hundred days ago and three of today, all sealed: the clock stood then where they say."""
    organization = make_organization("andina")
    write(organization, "old", 5)
    age = timedelta(days=500)
    with superuser() as db:
        db.execute("UPDATE platform_core_auditevent SET at = at - %s", [age])
        db.execute("UPDATE platform_core_auditpending SET noted_at = noted_at - %s", [age])
    seal_all(sign=False)
    write(organization, "new", 3)
    seal_all()
    return organization


def write(organization, label, count):
    with tenant(organization.pk):
        for _ in range(count):
            AuditEvent.objects.create(
                organization=organization, action="organization.rename", actor_kind="system", target_label=label
            )


def prune(*arguments):
    out = StringIO()
    call_command("prune_audit", "--organization", "andina", *arguments, stdout=out)
    return out.getvalue()


def labels(organization):
    with tenant(organization.pk):
        return list(AuditEvent.objects.order_by("at").values_list("target_label", flat=True))


def check(organization):
    with tenant(organization.pk):
        return verifying.verify(organization.pk)


def test_without_a_retention_nothing_goes(andina):
    assert prune() == "andina: nothing to remove.\n"
    assert labels(andina) == ["old"] * 5 + ["new"] * 3


def test_old_records_go_and_the_rest_of_the_chain_is_whole(andina):
    assert prune("--keep-days", "400") == "andina: 5 records removed.\n"
    seal_all()

    report = check(andina)
    assert (report.whole, report.first_sequence, report.checked) == (True, 6, 5)
    assert labels(andina)[:3] == ["new"] * 3
    with tenant(andina.pk):
        assert AuditEvent.objects.get(action="audit.prune").changes == {"records": [5, 0]}


def test_a_second_time_nothing_is_left_to_go(andina):
    prune("--keep-days", "400")

    assert prune() == "andina: nothing to remove.\n"


def test_a_dry_run_removes_nothing(andina):
    assert prune("--keep-days", "400", "--dry-run") == "andina: up to 5 to remove.\n"
    assert labels(andina).count("old") == 5


def test_old_records_taken_away_without_a_signed_line_show(andina):
    with superuser() as db:
        db.execute("DELETE FROM platform_core_auditevent WHERE target_label = 'old'")
        db.execute("DELETE FROM platform_core_auditseal WHERE sequence <= 5")

    assert [(fault.kind, fault.sequence) for fault in check(andina).faults] == [("deleted", 1)]


def test_a_line_that_was_forged_to_hide_it_shows(andina):
    with tenant(andina.pk):
        seal = AuditSeal.objects.get(sequence=5)
    checkpoints.sign(andina.pk, sequence=5, hash=bytes(seal.seal_hash).hex(), event=checkpoints.PRUNED)
    file = checkpoints.folder() / f"{andina.pk}.jsonl"
    file.write_text(file.read_text().replace('"sequence": 5', '"sequence": 7'))

    assert "forged_checkpoint" in {fault.kind for fault in check(andina).faults}


def test_less_than_a_year_is_refused(andina):
    with pytest.raises(CommandError, match="365 days at least"):
        prune("--keep-days", "10")

    assert labels(andina).count("old") == 5
