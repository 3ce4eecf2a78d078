"""A published template, an organization with people, a draft, and the workers' part done in this process."""

from datetime import date

import pytest

from docuai.bulk import importing, rendering
from docuai.bulk.models import BulkRun
from docuai.bulk.services import drafts
from docuai.library import services as library
from platform_core.kits.tenancy.scope import tenant, unscoped
from tests.factories.organizations import make_member, make_organization

SOURCE = b"""#let row = json("data.json")
#set document(title: "Certificate", date: datetime(year: 2026, month: 11, day: 24))
#set text(lang: row.at("lang", default: "en"))
#row.number #row.name #row.course #row.issued_on
"""
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["number", "name", "course", "issued_on"],
    "properties": {
        "lang": {"type": "string", "enum": ["en", "es"], "default": "en"},
        "number": {"type": "string", "minLength": 1, "maxLength": 40},
        "name": {"type": "string", "minLength": 1, "maxLength": 80},
        "course": {"type": "string", "minLength": 1, "maxLength": 140},
        "grade": {"type": ["number", "null"], "minimum": 0, "maximum": 10},
        "issued_on": {"type": "string", "format": "date"},
    },
}
SAMPLE = {"lang": "en", "number": "1", "name": "Zoë", "course": "Data", "grade": 9, "issued_on": "2026-11-24"}
TODAY = date(2026, 11, 24)
TABLE = """name,email,course,grade,issued on,language
Zoë Íñiguez,zoe@iniguez.example,Data Ethics,9.1,2026-11-14,es
Siobhán O'Brien,siobhan@obrien.example,Data Ethics,8.7,2026-11-14,en
Łukasz Wójcik,lukasz@wojcik.example,Data Ethics,7.9,2026-11-14,en
"""
FAULTY = TABLE + "Bo Li,bo@@li.example,Data Ethics,11.2,2026-11-14,en\n"


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.STORAGE_URL = tmp_path.as_uri()
    with unscoped():
        yield


@pytest.fixture
def andina(db):
    return make_organization("andina")


@pytest.fixture
def version(andina):
    with tenant(andina.pk):
        draft = library.create_template(
            actor=None,
            organization=andina,
            name="Certificate",
            engine="typst",
            sources={"en": SOURCE, "es": SOURCE},
            schema=SCHEMA,
            sample=SAMPLE,
        )
        return library.publish(actor=None, version=draft)


@pytest.fixture
def inside(andina):
    with tenant(andina.pk):
        yield andina


@pytest.fixture
def make_draft(inside, version):
    def made(text=TABLE, name="people.csv"):
        draft = drafts.create_draft(actor=None, organization=inside, version=version)
        return drafts.add_table(
            actor=None, draft=draft, name=name, content=text.encode() if isinstance(text, str) else text
        )

    return made


@pytest.fixture
def signed_in(client, andina):
    def sign_in(role, organization=andina):
        client.force_login(make_member(organization, f"{role}@{organization.slug}.example", role))
        return client

    return sign_in


@pytest.fixture
def work():
    def worked(run):
        importing.import_rows(organization_id=run.organization_id, run_id=run.pk)
        while rendering.render_rows(organization_id=run.organization_id, run_id=run.pk):
            pass
        return BulkRun.objects.select_related("job").get(id=run.pk)

    return worked
