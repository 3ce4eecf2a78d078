"""What the products tell people: the kinds of DocuAI."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from docuai.bulk.models import BulkRun
from platform_core.events.models import OutboxEvent
from platform_core.jobs.models import Job
from platform_core.kits.web import numbers
from platform_core.notifications.registry import Kind, News, Text, Told


def find_run(event: OutboxEvent) -> News | None:
    """This will tell whoever launched the run; a run that was canceled is no news to them."""
    facts = event.payload
    if facts["state"] == Job.State.CANCELED:
        return None
    run = (
        BulkRun.objects.for_organization(event.organization_id)
        .filter(job_id=facts["job_id"])
        .select_related("job")
        .first()
    )
    if run is None or run.job.started_by_id is None:
        return None
    return News([run.job.started_by_id], {"number": run.number, "done": facts["done"], "failed": facts["failed"]})


def say_run(told: Told) -> Text:
    number, done, failed = (told.facts[name] for name in ("number", "done", "failed"))
    made = ngettext("%(n)s document was made.", "%(n)s documents were made.", done) % {"n": numbers.write(done)}
    if failed:
        title = _("Run %(number)s ended with failed rows") % {"number": number}
        missing = ngettext(
            "%(n)s row failed: correct it on the page of the run.",
            "%(n)s rows failed: correct them on the page of the run.",
            failed,
        )
        made = f"{made} {missing % {'n': numbers.write(failed)}}"
    else:
        title = _("Run %(number)s is done") % {"number": number}
    return Text(title, made, reverse("run", kwargs={"slug": told.slug, "number": number}))


KINDS = (
    Kind(
        "docuai.run.finished",
        gettext_lazy("A run of yours ended"),
        "files",
        ("docuai.run.finished",),
        find_run,
        say_run,
        {"number": 12, "done": 1197, "failed": 3},
    ),
)
