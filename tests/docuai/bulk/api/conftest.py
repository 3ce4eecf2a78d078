"""A program with a key of andina, a published template, and workers in this process."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from docuai.bulk import importing
from docuai.bulk.models import BulkRun
from platform_core.kits.tenancy.scope import tenant, unscoped
from tests.factories.keys import bearer, make_key
from tests.factories.organizations import make_organization
from tests.factories.runs import make_version, work

ROOT = "/api/v1/orgs/andina/docuai/runs/"


@dataclass
class Program:
    """Calls the API as programs do."""

    client: Client
    secret: str

    def get(self, path: str = "", **headers: str) -> Any:
        return self.client.get(f"{ROOT}{path}", headers=bearer(self.secret) | headers)

    def post(self, path: str = "", body: Any = None, **headers: str) -> Any:
        sent = bearer(self.secret) | {name.replace("_", "-"): value for name, value in headers.items()}
        if isinstance(body, dict) and any(hasattr(value, "read") for value in body.values()):
            return self.client.post(f"{ROOT}{path}", body, headers=sent)
        return self.client.post(f"{ROOT}{path}", json.dumps(body), content_type="application/json", headers=sent)

    def patch(self, path: str, body: Any) -> Any:
        return self.client.patch(
            f"{ROOT}{path}", json.dumps(body), content_type="application/json", headers=bearer(self.secret)
        )

    def delete(self, path: str) -> Any:
        return self.client.delete(f"{ROOT}{path}", headers=bearer(self.secret))


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.STORAGE_URL = tmp_path.as_uri()
    settings.API_RATES = dict.fromkeys(settings.API_RATES, "100000/minute")
    with unscoped():
        yield


@pytest.fixture
def andina(db):
    return make_organization("andina")


@pytest.fixture
def version(andina):
    with tenant(andina.pk):
        return make_version(andina)


@pytest.fixture
def program(andina, version):
    return Program(Client(), make_key(andina)[1])


@pytest.fixture
def worked(andina):
    """Does what the workers do with a run, and gives it."""

    def go(run_id: str) -> BulkRun:
        with tenant(andina.pk):
            importing.import_rows(organization_id=andina.pk, run_id=run_id)
            return work(BulkRun.objects.select_related("job").get(id=run_id))

    return go
