"""The servers of a test session: each worker stands on its own part of them."""

import os

from django.conf import settings


def test_the_settings_were_read_from_this_processs_own_environment():
    assert os.environ["REDIS_URL"] == settings.REDIS_URL
    assert settings.CACHES["default"]["LOCATION"] == os.environ["REDIS_URL"]
    assert str(settings.DATA_DIR) == os.environ["DATA_DIR"]


def test_a_worker_has_a_redis_database_that_no_other_has():
    worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    database = int(settings.REDIS_URL.rpartition("/")[2])

    assert database - int(os.environ["TEST_REDIS_URL"].rpartition("/")[2]) == (int(worker) + 1 if worker else 0)
