"""The one module that may know two products: plugs what one app offers into the ports of another, and sets the clock."""

from docuai import launching as docuai
from docuai.bulk import periodic as runs
from platform_core.access import periodic as access
from platform_core.shell.launcher import register_product
from portfolio.celery import app


def plug() -> None:
    """This will run once, when all apps are loaded."""
    register_product(docuai.PRODUCT)
    app.add_periodic_task(runs.WAKE_SECONDS, runs.wake_runs.s(), name="wake open runs")
    app.add_periodic_task(runs.PURGE_SECONDS, runs.purge_runs.s(), name="remove documents past their retention")
    app.add_periodic_task(
        access.FORGET_SECONDS, access.forget_idempotency_records.s(), name="forget idempotency records"
    )
