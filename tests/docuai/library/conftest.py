"""Fonts for the engines, storage of the test's own, an organization with an editor signed in, one Typst template."""

import pytest

from docuai.engines import fonts, services
from docuai.library import services as library
from platform_core.kits.tenancy.scope import tenant, unscoped
from tests.docuai.engines.conftest import ROOT
from tests.factories.organizations import make_member, make_organization

SOURCE = b"""#let row = json("data.json")
#set document(title: "Greeting")
= Hello #row.name
From #row.city
"""


@pytest.fixture(scope="session", autouse=True)
def engines_end():
    fonts.use_font_dir(ROOT / "var" / "fonts")
    yield
    services.close()


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.STORAGE_URL = tmp_path.as_uri()
    with unscoped():
        yield


@pytest.fixture
def andina(db):
    return make_organization("andina")


@pytest.fixture
def sign_in(client, andina):
    def sign(role="editor", organization=andina):
        client.force_login(make_member(organization, f"{role}@{organization.slug}.example", role))
        return client

    return sign


@pytest.fixture
def editor(sign_in):
    return sign_in("editor")


@pytest.fixture
def greeting(andina):
    """A draft with one problem-free source."""
    with tenant(andina.pk):
        return library.create_template(
            actor=None,
            organization=andina,
            name="Greeting",
            engine="typst",
            sources={"en": SOURCE},
            tags=["People"],
            sample={"name": "Zoë", "city": "Quito"},
        )
