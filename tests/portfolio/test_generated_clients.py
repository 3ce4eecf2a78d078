"""Clients that a customer generates from the committed description: they list, start, download and read a refusal.

Python by openapi-python-client, TypeScript by @hey-api/openapi-ts; both call a server over the network.
"""

import importlib
import json
import shutil
import subprocess
import sys

import pytest
import yaml
from django.core.cache import cache

from docuai.bulk import rendering
from platform_core.kits.tenancy.scope import tenant, unscoped
from portfolio.stack.places import ROOT
from tests.factories.keys import make_key
from tests.factories.organizations import make_organization
from tests.factories.runs import make_run

SCHEMA = ROOT / "portfolio" / "schema.yaml"
UNKNOWN = "01a20f4f-95c2-7515-b848-1f2a7a1e4386"
NOT_A_NAME = {"schema", "list", "create", "retrieve", "update", "destroy"}  # says what, but not of what

PROGRAM = """
import { createClient } from './made/client';
import { runsStart, runsRead, runRowsDocument, templatesList, type FullRun, type Problem } from './made';

declare const process: { argv: string[] };
const [baseUrl, auth, finished] = process.argv.slice(2);
const client = createClient({ baseUrl, auth });
const path = { slug: 'andina' };

const { data: templates } = await templatesList({ client, path });
const body = { template: 'greeting', rows: [{ name: 'Ana' }, { name: 'Luis' }] };
const started = await runsStart({ client, path, body, headers: { 'Idempotency-Key': 'ts-1' } });
const again = await runsStart({ client, path, body, headers: { 'Idempotency-Key': 'ts-1' } });
const run: FullRun = started.data!;
const wrong = await runsStart({ client, path, body: { template: 'no-such', rows: [{}] } });
const missing = await runsRead({ client, path: { ...path, run_id: '01a20f4f-95c2-7515-b848-1f2a7a1e4386' } });
const problem: Problem = missing.error!;
const document = await runRowsDocument({ client, path: { ...path, run_id: finished!, number: 1 }, parseAs: 'blob' });
const blob = document.data as Blob;

console.log(JSON.stringify({
  templates: templates!.results!.map((each) => each.slug),
  same: run.id === again.data!.id,
  rows: run.counts.total,
  wrong: [wrong.response.status, wrong.error!.code, wrong.error!.errors?.[0]?.pointer],
  missing: [problem.status, problem.code],
  document: (await blob.text()).slice(0, 5),
}));
"""


@pytest.fixture
def site(live_server, settings, tmp_path):
    """The address of a server, a key, and the id of a run that has its documents."""
    settings.STORAGE_URL = (tmp_path / "storage").as_uri()
    cache.clear()
    with unscoped():
        andina = make_organization("andina")
        with tenant(andina.pk):
            run = make_run(andina, [{"name": "Ana"}])
            while rendering.render_rows(organization_id=andina.pk, run_id=run.pk):
                pass
        _key, secret = make_key(andina)
        yield live_server.url, secret, str(run.pk)


def tool(*command, cwd):
    done = subprocess.run([str(each) for each in command], cwd=cwd, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_every_operation_has_a_name_that_makes_a_good_method():
    described = yaml.safe_load(SCHEMA.read_text())
    names = [
        operation["operationId"]
        for methods in described["paths"].values()
        for operation in methods.values()
        if isinstance(operation, dict)
    ]

    assert [name for name in names if not (name.isidentifier() and name == name.lower())] == []
    assert len(set(names)) == len(names)
    assert set(names) & NOT_A_NAME == set()


@pytest.mark.django_db(transaction=True)
def test_the_python_client_lists_starts_downloads_and_reads_a_refusal(site, tmp_path, monkeypatch):
    said = tool(
        shutil.which("openapi-python-client", path=f"{sys.prefix}/bin"),
        *("generate", "--path", SCHEMA, "--config", ROOT / "portfolio" / "python_client.yaml"),
        *("--meta", "none", "--output-path", tmp_path / "made_client"),
        cwd=tmp_path,
    )
    monkeypatch.syspath_prepend(tmp_path)
    made = importlib.import_module("made_client")
    models = importlib.import_module("made_client.models")
    calls = {
        name: importlib.import_module(f"made_client.api.docu_ai.{name}")
        for name in ("templates_list", "runs_start", "runs_read", "run_rows_document")
    }
    url, secret, finished = site
    client = made.AuthenticatedClient(base_url=url, token=secret)
    body = models.NewRunRequest.from_dict({"template": "greeting", "rows": [{"name": "Ana"}, {"name": "Luis"}]})
    wrong = models.NewRunRequest.from_dict({"template": "no-such", "rows": [{}]})

    templates = calls["templates_list"].sync("andina", client=client)
    run = calls["runs_start"].sync("andina", client=client, body=body, idempotency_key="py-1")
    again = calls["runs_start"].sync("andina", client=client, body=body, idempotency_key="py-1")
    refused = calls["runs_start"].sync_detailed("andina", client=client, body=wrong)
    missing = calls["runs_read"].sync_detailed("andina", UNKNOWN, client=client)
    document = calls["run_rows_document"].sync("andina", finished, 1, client=client)

    assert "WARNING" not in said
    assert [each.slug for each in templates.results] == ["greeting"]
    assert (run.id, run.counts.total) == (again.id, 2)
    assert (refused.status_code, refused.parsed.code) == (422, "no_such_template")
    assert refused.parsed.errors[0].pointer == "/template"
    assert isinstance(missing.parsed, models.Problem)
    assert (missing.parsed.status, missing.parsed.code) == (404, "not_found")
    assert document.payload.read(5) == b"%PDF-"


@pytest.mark.django_db(transaction=True)
def test_the_typescript_client_lists_starts_downloads_and_reads_a_refusal(site, tmp_path):
    modules = ROOT / "node_modules"
    tool("node", modules / "@hey-api/openapi-ts/bin/run.js", "-i", SCHEMA, "-o", tmp_path / "made", cwd=tmp_path)
    (tmp_path / "program.ts").write_text(PROGRAM)
    strict = ["--noEmit", "--strict", "--noUncheckedIndexedAccess", "--skipLibCheck"]
    target = [
        "--target",
        "es2022",
        "--module",
        "esnext",
        "--moduleResolution",
        "bundler",
        "--lib",
        "es2023,dom,dom.iterable",
    ]

    said = tool("node", modules / "typescript/bin/tsc", *strict, *target, "program.ts", cwd=tmp_path)
    tool(modules / ".bin/esbuild", "program.ts", "--bundle", "--format=esm", "--outfile=program.mjs", cwd=tmp_path)
    found = json.loads(tool("node", "program.mjs", *site, cwd=tmp_path))

    assert said == ""
    assert found == {
        "templates": ["greeting"],
        "same": True,
        "rows": 2,
        "wrong": [422, "no_such_template", "/template"],
        "missing": [404, "not_found"],
        "document": "%PDF-",
    }
