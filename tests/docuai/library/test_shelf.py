"""The list of templates and what is done to one: find, describe, duplicate, delete and bring back, publish, restore, compare."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from docuai.bulk import services as bulk
from docuai.library import periodic, selectors, services
from docuai.library.models import DocumentTemplate, TemplateVersion
from docuai.library.starters import STARTERS
from platform_core.audit.models import AuditEvent
from platform_core.events.models import OutboxEvent
from platform_core.kits.tenancy.scope import tenant
from tests.docuai.library.conftest import SOURCE
from tests.factories.organizations import make_organization

LIST = "/orgs/andina/docuai/templates/"
HERE = f"{LIST}greeting/"


@pytest.fixture
def published(greeting, andina):
    with tenant(andina.pk):
        return services.publish(actor=None, version=greeting)


def names(page):
    return re.findall(r'class="main b trunc" href="[^"]+">([^<]+)<', page.content.decode())


def test_an_empty_library_says_what_a_template_is_and_offers_one(editor):
    page = editor.get(LIST).content.decode()

    assert "No templates yet" in page
    assert "<c-" not in page


def test_templates_are_found_by_word_tag_state_and_kind(editor, published, andina):
    with tenant(andina.pk):
        services.create_template(
            actor=None,
            organization=andina,
            name="Payslip",
            engine="typst",
            sources={"es": SOURCE},
            description="Monthly",
        )

    assert names(editor.get(LIST)) == ["Greeting", "Payslip"]
    assert names(editor.get(f"{LIST}?q=month")) == ["Payslip"]
    assert names(editor.get(f"{LIST}?q=peop")) == ["Greeting"]
    assert names(editor.get(f"{LIST}?tag=People")) == ["Greeting"]
    assert names(editor.get(f"{LIST}?state=published")) == ["Greeting"]
    assert names(editor.get(f"{LIST}?state=draft")) == ["Payslip"]
    assert names(editor.get(f"{LIST}?engine=word")) == []
    assert names(editor.get(f"{LIST}?language=es")) == ["Payslip"]
    assert "No template fits" in editor.get(f"{LIST}?q=nothing").content.decode()


def test_the_list_counts_runs_and_needs_no_query_a_template(editor, published, andina, django_assert_max_num_queries):
    with tenant(andina.pk):
        bulk.request_run(
            actor=None, organization=andina, version=published, rows=[{"name": "Ana"}], today=timezone.localdate()
        )
        for number in range(5):
            services.create_template(
                actor=None, organization=andina, name=f"T{number}", engine="typst", sources={"en": SOURCE}
            )

    editor.get(LIST)  # the first page after a sign-in writes down the session and who was here
    with django_assert_max_num_queries(12):
        page = editor.get(LIST).content.decode()

    assert "1 run<" in page
    assert "6 templates" in page


def test_a_thumbnail_is_drawn_once_and_again_for_another_version(editor, published, andina):
    first = editor.get(f"{HERE}thumbnail/?version=1")
    with tenant(andina.pk):
        kept = DocumentTemplate.objects.get().thumbnail
    again = editor.get(f"{HERE}thumbnail/?version=1")
    assert (first["Content-Type"], first.content[:4]) == ("image/png", b"\x89PNG")
    assert again.content == first.content
    with tenant(andina.pk):
        assert DocumentTemplate.objects.get().thumbnail == kept
        assert not AuditEvent.objects.filter(action="file.store").exists(), "a picture drawn at will is no news"
        services.save_version(actor=None, base=published, sources={"en": b"= Other"})

    other = editor.get(f"{HERE}thumbnail/?version=2")

    assert other.content != first.content


def test_a_template_that_cannot_be_drawn_has_a_sheet_for_a_thumbnail(editor, andina):
    with tenant(andina.pk):
        services.create_template(actor=None, organization=andina, name="Broken", engine="typst", sources={"en": b"#("})

    answer = editor.get(f"{LIST}broken/thumbnail/?version=1")

    assert (answer.status_code, answer["Content-Type"]) == (200, "image/svg+xml")


def test_each_starter_is_shown_and_becomes_a_published_template_in_both_languages(editor, andina):
    assert '<span class="sr">: Certificate (Word)</span>' in editor.get(f"{LIST}new/").content.decode()
    for starter in STARTERS:
        assert editor.post(f"{LIST}new/starter/{starter.slug}/").status_code == 302

    with tenant(andina.pk):
        versions = list(selectors.published(andina))
        assert sorted(version.template.starter for version in versions) == sorted(each.slug for each in STARTERS)
        for version in versions:
            assert {source.language for source in version.sources.all()} == {"en", "es"}
            assert version.template.tags
    assert editor.get(f"{LIST}new/starter/letter/picture/").content[:4] == b"\x89PNG"
    assert editor.post(f"{LIST}new/starter/nothing/").status_code == 404


def test_the_fields_stay_in_the_authors_order(editor, andina):
    starter = STARTERS[0]
    editor.post(f"{LIST}new/starter/{starter.slug}/")

    with tenant(andina.pk):
        assert list(TemplateVersion.objects.get().schema["properties"]) == list(starter.schema()["properties"])


def test_a_blank_template_renders_at_once(editor, andina):
    editor.post(f"{LIST}new/", {"make": "blank", "blank-name": "Note", "blank-language": "es"})

    with tenant(andina.pk):
        version = TemplateVersion.objects.get()
        assert (version.default_language, version.problems) == ("es", [])
    assert editor.get(f"{LIST}note/versions/1/sample/").content[:5] == b"%PDF-"


def test_a_template_is_renamed_and_tagged_and_keeps_its_address(editor, greeting, andina):
    editor.post(f"{HERE}describe/", {"about-name": "Welcome", "about-description": "", "about-tags": "A, b, a"})

    with tenant(andina.pk):
        template = DocumentTemplate.objects.get()
        assert (template.name, template.slug, template.tags) == ("Welcome", "greeting", ["A", "b"])
        changes = AuditEvent.objects.get(action="docuai.template.describe").changes
    assert changes == {"name": ["Greeting", "Welcome"], "tags": [["People"], ["A", "b"]]}


def test_a_name_that_is_none_changes_nothing_and_is_said_beside_the_field(editor, greeting, andina):
    answer = editor.post(f"{HERE}describe/", {"about-name": "  ", "about-tags": ",".join("abcdefghijk")})

    assert answer.status_code == 422
    assert "10 tags at most" in answer.content.decode()
    with tenant(andina.pk):
        assert DocumentTemplate.objects.get().name == "Greeting"


def test_a_deleted_template_comes_back_by_undo_under_a_free_address(editor, published, andina):
    page = editor.post(f"{HERE}delete/", follow=True).content.decode()
    undo = re.search(r'action="(/orgs/andina/docuai/templates/deleted/[^"]+)"', page)[1]
    assert editor.get(HERE).status_code == 404
    with tenant(andina.pk):
        assert list(selectors.published(andina)) == []
        services.create_template(
            actor=None, organization=andina, name="Greeting", engine="typst", sources={"en": SOURCE}
        )

    back = editor.post(undo)

    assert back["Location"] == f"{LIST}greeting-2/"
    with tenant(andina.pk):
        assert [version.pk for version in selectors.published(andina)] == [published.pk]


def test_what_was_deleted_thirty_days_ago_is_erased_unless_runs_were_made_of_it(editor, published, andina):
    with tenant(andina.pk):
        unused = services.create_template(
            actor=None, organization=andina, name="Unused", engine="typst", sources={"en": SOURCE}
        ).template
        fresh = services.create_template(
            actor=None, organization=andina, name="Fresh", engine="typst", sources={"en": SOURCE}
        ).template
        bulk.request_run(
            actor=None, organization=andina, version=published, rows=[{"name": "Ana"}], today=timezone.localdate()
        )
        for template in (published.template, unused, fresh):
            services.delete(actor=None, template=template)
        long_ago = timezone.now() - timedelta(days=31)
        DocumentTemplate.objects.exclude(id=fresh.pk).update(deleted_at=long_ago)

    assert periodic.purge_templates() == 1

    with tenant(andina.pk):
        assert {template.name for template in DocumentTemplate.objects.all()} == {"Greeting", "Fresh"}


def test_a_copy_has_the_content_and_a_life_of_its_own(editor, published, andina):
    answer = editor.post(f"{HERE}duplicate/")

    assert answer["Location"] == f"{LIST}greeting-copy/"
    with tenant(andina.pk):
        copy = TemplateVersion.objects.get(template__slug="greeting-copy")
        assert (copy.number, copy.state, copy.content_hash) == (1, "draft", published.content_hash)


def test_publishing_the_next_version_deprecates_the_one_before_and_tells(editor, published, andina):
    with tenant(andina.pk):
        services.save_version(actor=None, base=published, sources={"en": b"= Other"})

    editor.post(f"{HERE}versions/2/steer/", {"to": "publish"})

    with tenant(andina.pk):
        states = dict(TemplateVersion.objects.values_list("number", "state"))
        assert states == {1: "deprecated", 2: "published"}
        told = OutboxEvent.objects.filter(type="docuai.template.published").last()
        assert told.payload["number"] == 2


def test_a_deprecated_version_is_taken_by_no_new_run(editor, published, andina):
    editor.post(f"{HERE}versions/1/steer/", {"to": "deprecate"})

    with tenant(andina.pk):
        assert list(selectors.published(andina)) == []
    page = editor.post(f"{HERE}versions/1/steer/", {"to": "deprecate"}, follow=True).content.decode()
    assert "Only a published version can be deprecated" in page


def test_an_older_version_is_restored_as_the_next_one(editor, published, andina):
    with tenant(andina.pk):
        services.save_version(actor=None, base=published, sources={"en": b"= Other"})

    page = editor.post(f"{HERE}versions/1/steer/", {"to": "restore"}, follow=True).content.decode()

    assert "Version 3 has the content of version 1" in page
    with tenant(andina.pk):
        assert TemplateVersion.objects.get(number=3).content_hash == published.content_hash


def test_two_versions_are_compared_by_line_and_by_field(editor, published, andina):
    source = SOURCE.decode().replace("From #row.city", "From #row.country")
    with tenant(andina.pk):
        schema = {**published.schema, "required": ["name"]}
        services.save_version(actor=None, base=published, sources={"en": source.encode()}, schema=schema)

    page = editor.get(f"{HERE}compare/").content.decode()

    assert "− From #row.city" in page
    assert "+ From #row.country" in page
    assert "<del>text, required</del>" in page
    assert "<ins>text, optional</ins>" in page


def test_the_versions_page_lists_who_made_what_and_which_runs_used_it(editor, published, andina):
    page = editor.get(f"{HERE}versions/").content.decode()

    assert "Version 1" in page
    assert "Deprecate<" in page


def test_pages_of_another_organization_are_not_there(sign_in, published, andina):
    stranger = sign_in("owner", make_organization("norte"))

    for path in (LIST, HERE, f"{HERE}versions/", f"{HERE}compare/", f"{HERE}thumbnail/", f"{HERE}versions/1/picture/"):
        assert stranger.get(path).status_code == 404, path
    undelete = f"/orgs/norte/docuai/templates/deleted/{published.template_id}/"
    assert stranger.post(undelete).status_code == 404
