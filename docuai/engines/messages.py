"""The words of every problem and error of the engines, by code: what is wrong, and what to do.

Messages are marked for translation here and translated when they are read. The sandbox child has no Django: there they
stay English, and only code and parameters cross the pipe.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any


def gettext_noop(message: str) -> str:
    """This will mark a message for translation, as Django's function of that name does, without importing Django."""
    return message


MESSAGES: dict[str, tuple[str, str]] = {
    # --- the machine
    "engine_crash": (
        gettext_noop("The engine broke down on this row."),
        gettext_noop("Look at the row for an unusually long list or text. The other rows were not affected."),
    ),
    "too_slow": (
        gettext_noop("This row took longer than %(seconds)s seconds and was stopped."),
        gettext_noop("Look for a loop over a very large range in the template, or a very long list in the row."),
    ),
    "too_much_memory": (
        gettext_noop("This row needed more memory than one document may use."),
        gettext_noop(
            "Look for a loop over a very large range in the template, or a very long list or picture in the row."
        ),
    ),
    "engine_unavailable": (
        gettext_noop("The engine could not be started."),
        gettext_noop("Try again. If it happens again, tell the people who run this installation."),
    ),
    "unknown_engine": (gettext_noop("There is no engine “%(engine)s”."), gettext_noop("Choose Word or Typst.")),
    "unknown_format": (
        gettext_noop("This template cannot give “%(format)s”."),
        gettext_noop("Choose one of: %(formats)s."),
    ),
    "no_source": (
        gettext_noop("This version has no source file."),
        gettext_noop("Upload a file for at least one language."),
    ),
    "document_too_large": (
        gettext_noop("The document is larger than %(megabytes)s MB."),
        gettext_noop("Use smaller pictures or fewer lines in this row."),
    ),
    "too_many_pages": (
        gettext_noop("The document has %(pages)s pages; %(limit)s are allowed."),
        gettext_noop("Split the row into several."),
    ),
    "row_not_plain": (
        gettext_noop("This row holds a value that cannot be written as JSON."),
        gettext_noop("Use text, numbers, true or false, lists and objects."),
    ),
    "list_too_long": (
        gettext_noop("“%(path)s” has %(count)s items; %(limit)s are allowed."),
        gettext_noop("Split the row into several."),
    ),
    # --- Typst
    "typst_error": (gettext_noop("Typst: %(detail)s"), gettext_noop("%(advice)s")),
    "typst_warning": (gettext_noop("Typst warns: %(detail)s"), gettext_noop("%(advice)s")),
    "typst_sample": (
        gettext_noop("With the sample row, Typst stops: %(detail)s"),
        gettext_noop("Correct the template, or edit the sample data so that it fits."),
    ),
    "unknown_font": (
        gettext_noop("The font “%(font)s” is not available here; another one would be used."),
        gettext_noop("Use one of: %(fonts)s."),
    ),
    "missing_glyph": (
        gettext_noop("No font of this template has the character “%(character)s” (%(codepoint)s)."),
        gettext_noop("Change the text, or choose a font that has this character."),
    ),
    "package_import": (
        gettext_noop("Typst packages cannot be loaded: %(package)s."),
        gettext_noop("Copy what you need into the template, or upload it as a file beside the source."),
    ),
    "file_outside": (
        gettext_noop("The template reads a file that does not belong to it: %(path)s."),
        gettext_noop("Upload the file with the template and read it by its plain name."),
    ),
    "network_file": (
        gettext_noop("The template loads something from the internet: %(path)s."),
        gettext_noop(
            "Upload the picture with the template and use its plain name. Nothing is fetched while rendering."
        ),
    ),
    "file_missing": (
        gettext_noop("The file %(path)s is not part of the template."),
        gettext_noop("Upload it with the template."),
    ),
    "endless_recursion": (
        gettext_noop("A function of the template calls itself without end."),
        gettext_noop("Give the function a condition that stops it."),
    ),
    "endless_loop": (
        gettext_noop("A loop of the template never ends."),
        gettext_noop("Loop over a list of the row instead."),
    ),
    "field_missing": (
        gettext_noop("The row has no value for “%(field)s”."),
        gettext_noop("Add the value, or let the template do without it."),
    ),
    "pdf_standard": (
        gettext_noop("The document does not meet %(standard)s: %(detail)s"),
        gettext_noop("Correct the template, or turn off archivable and accessible PDF (PDF/A and PDF/UA)."),
    ),
    "bad_asset_name": (
        gettext_noop("“%(name)s” cannot be the name of a file beside the template."),
        gettext_noop("Use a plain name without “..” and without a leading slash."),
    ),
    "not_text": (
        gettext_noop("The source is not UTF-8 text."),
        gettext_noop("Save the file as UTF-8 and upload it again."),
    ),
    # --- Word: the file
    "empty_file": (gettext_noop("The file is empty."), gettext_noop("Choose another file.")),
    "wrong_type": (
        gettext_noop("This is not a Word file (.docx) but %(kind)s."),
        gettext_noop("Open it in Word and save it as .docx."),
    ),
    "wrong_type_unknown": (
        gettext_noop("This is not a Word file (.docx)."),
        gettext_noop("Choose a file that was saved by Word as .docx."),
    ),
    "old_or_encrypted": (
        gettext_noop("This is an old Word file (.doc) or it has a password."),
        gettext_noop("Save it as .docx without a password and upload it again."),
    ),
    "broken_file": (
        gettext_noop("The file is damaged: %(detail)s"),
        gettext_noop("Open it in Word, save it again as .docx and upload that."),
    ),
    "zip_bomb": (
        gettext_noop("The file unpacks to far more than a document does: %(detail)s"),
        gettext_noop("Save a fresh copy from Word. If it is really this large, take out pictures."),
    ),
    "unsafe_entry": (
        gettext_noop("The file holds an entry that no Word file has: %(entry)s"),
        gettext_noop("Save a fresh copy from Word and upload that."),
    ),
    "doctype": (
        gettext_noop("%(part)s holds a document type declaration, which no Word file needs."),
        gettext_noop("Save a fresh copy from Word and upload that."),
    ),
    "macros": (
        gettext_noop("The file holds macros."),
        gettext_noop("Save it as .docx (not .docm) and upload it again."),
    ),
    "external_link": (
        gettext_noop("The file links to something outside: %(target)s. The link was removed."),
        gettext_noop("Insert the picture or object into the file instead of linking to it."),
    ),
    "attached_template": (
        gettext_noop("The file is tied to a template on a computer: %(target)s. The tie was removed."),
        gettext_noop("Nothing needs to be done."),
    ),
    "embedded_object": (
        gettext_noop("The file holds an embedded object (%(part)s). It was removed."),
        gettext_noop("Insert it as a picture or a table."),
    ),
    "alternative_chunk": (
        gettext_noop("The file imports another document (%(part)s). It was removed."),
        gettext_noop("Copy the text into the file."),
    ),
    "dangerous_field": (
        gettext_noop("The file holds a field that loads something from outside: %(field)s. It was removed."),
        gettext_noop("Write the text into the file."),
    ),
    # --- Typst in a ZIP
    "archive_broken": (
        gettext_noop("The ZIP is damaged: %(detail)s"),
        gettext_noop("Make a new ZIP of the files and upload that."),
    ),
    "archive_too_large": (
        gettext_noop("The ZIP unpacks to far more than a template needs: %(detail)s"),
        gettext_noop("Leave out what the template does not use, and make pictures smaller."),
    ),
    "archive_unsafe": (
        gettext_noop("The ZIP holds an entry that leads out of its folder: %(entry)s"),
        gettext_noop("Make a new ZIP of the folder with the source and its files."),
    ),
    "archive_locked": (
        gettext_noop("The ZIP has a password."),
        gettext_noop("Make a ZIP without a password and upload that."),
    ),
    "font_in_archive": (
        gettext_noop("The font %(font)s was left out: documents use only the fonts that come with the platform."),
        gettext_noop("Choose one of those in the template; the preview shows how it looks."),
    ),
    # --- Word: tags
    "tag_syntax": (
        gettext_noop("The tag %(tag)s cannot be read: %(detail)s"),
        gettext_noop("Compare it with the examples in the help, such as {{ name }} or {%%p if note %%}."),
    ),
    "tag_unclosed": (
        gettext_noop("“%(tag)s” is opened but not closed in the same paragraph."),
        gettext_noop("Close it with }} or %%}."),
    ),
    "block_unclosed": (
        gettext_noop("%(tag)s has no matching %(end)s."),
        gettext_noop("Add the missing tag in the same part of the file (body, header, footer or note)."),
    ),
    "block_unopened": (
        gettext_noop("%(tag)s closes nothing."),
        gettext_noop("Remove it, or add the tag that opens the block."),
    ),
    "block_crosses": (
        gettext_noop("The block %(tag)s begins and ends in different places of the layout."),
        gettext_noop(
            "Use {%%tr … %%} for table rows and {%%p … %%} for paragraphs, each in a row or paragraph of its own."
        ),
    ),
    "block_place": (
        gettext_noop("%(tag)s must stand in %(place)s."),
        gettext_noop("Move it there, or use the plain form without the letters."),
    ),
    "unsupported_tag": (
        gettext_noop("%(tag)s is not supported."),
        gettext_noop("Templates know if, elif, else, for and set."),
    ),
    "forbidden_expression": (
        gettext_noop("%(tag)s holds something that templates may not do: %(what)s"),
        gettext_noop("Use fields of the row, comparisons and the listed filters."),
    ),
    "unknown_filter": (
        gettext_noop("There is no filter “%(name)s” (in %(tag)s)."),
        gettext_noop("Known filters: %(known)s."),
    ),
    "unknown_test": (
        gettext_noop("There is no test “%(name)s” (in %(tag)s)."),
        gettext_noop("Known tests: %(known)s."),
    ),
    "loop_over": (
        gettext_noop("%(tag)s does not loop over a list of the row."),
        gettext_noop(
            "Loop over a field, such as {%%tr for line in lines %%}. range() and fixed lists are not allowed."
        ),
    ),
    "nested_loops": (
        gettext_noop("Loops are nested %(depth)s deep; %(limit)s are allowed."),
        gettext_noop("Flatten the data so that fewer loops are needed."),
    ),
    "template_error": (
        gettext_noop("%(detail)s"),
        gettext_noop("Look at the value in the row and at the tag that uses it."),
    ),
    "bad_date": (
        gettext_noop("“%(value)s” is not a date."),
        gettext_noop("Write dates as 2026-11-24 (year, month, day)."),
    ),
    "bad_number": (
        gettext_noop("“%(value)s” is not a number."),
        gettext_noop("Write numbers with digits and a decimal point, such as 1234.5."),
    ),
    "tag_ignored": (
        gettext_noop("%(part)s holds tags, but this part is not filled in."),
        gettext_noop("Tags work in the body, headers, footers, notes and document properties."),
    ),
    "text_beside_tag": (
        gettext_noop("The text beside %(tag)s is dropped with its paragraph or row: “%(text)s”."),
        gettext_noop("Give the tag a paragraph or row of its own."),
    ),
    "not_well_formed": (
        gettext_noop("Filled in with the sample row, %(part)s is no valid Word file."),
        gettext_noop("Look for blocks that begin in one table, row or paragraph and end in another."),
    ),
    "field_undeclared": (
        gettext_noop("The template uses “%(field)s”, which its schema does not declare."),
        gettext_noop("Add the field to the schema, or remove it from the template."),
    ),
    "field_unused": (
        gettext_noop("“%(field)s” is declared in the schema but the template does not use it."),
        gettext_noop("Remove it from the schema, or use it."),
    ),
    "sample_misfit": (
        gettext_noop("The sample row does not fit: %(detail)s"),
        gettext_noop("Correct the sample, or change the type of the field."),
    ),
    "sample_unreadable": (
        gettext_noop("The sample cannot be read as JSON: %(detail)s"),
        gettext_noop("Correct it; what you typed is still there."),
    ),
    "bad_schema": (
        gettext_noop("The schema beside the template is no JSON Schema with properties."),
        gettext_noop("Correct schema.json, or leave it out: fields are then read from the template."),
    ),
    "no_fields": (
        gettext_noop("The template has no fields: every document would be the same."),
        gettext_noop("Write a tag such as {{ name }} where a value of the row belongs."),
    ),
    # --- pictures
    "picture_unreadable": (
        gettext_noop("The picture for “%(field)s” cannot be read: %(detail)s"),
        gettext_noop("Give a PNG, JPEG, GIF or SVG as base64 or as a data address."),
    ),
    "picture_address": (
        gettext_noop("“%(field)s” is an internet address; pictures are not fetched."),
        gettext_noop("Put the picture itself into the row, as base64 or as a data address."),
    ),
    "picture_too_large": (
        gettext_noop("The picture for “%(field)s” is too large (%(detail)s)."),
        gettext_noop("Use a picture of at most 2 MB and 25 million pixels."),
    ),
    # --- Word to PDF
    "converter_missing": (
        gettext_noop("No converter from Word to PDF is installed."),
        gettext_noop("Choose Word as the format, or ask the people who run this installation for LibreOffice."),
    ),
    "converter_failed": (
        gettext_noop("The document could not be converted to PDF: %(detail)s"),
        gettext_noop("Open the Word file of this row. If it looks right there, choose Word as the format."),
    ),
    "font_substituted": (
        gettext_noop("“%(font)s” is replaced by %(twin)s in PDF."),
        gettext_noop("The Word file itself keeps its font."),
    ),
    "converter_no_standards": (
        gettext_noop("PDF from Word is neither archivable (PDF/A) nor accessible (PDF/UA) here."),
        gettext_noop("Use a Typst template where that is required."),
    ),
    "converter_no_tags": (
        gettext_noop(
            "In PDF only headings are marked for screen readers: no language, title, tables or picture descriptions."
        ),
        gettext_noop("Use a Typst template where accessibility is required."),
    ),
    "converter_caps": (
        gettext_noop("“All caps” is lost in PDF."),
        gettext_noop("Type capitals, or use {{ field | upper }}."),
    ),
    "converter_page_borders": (
        gettext_noop("Page borders are lost in PDF."),
        gettext_noop("Put the page into a table with a border."),
    ),
    "converter_cell_margins": (
        gettext_noop("The default cell margins of a table are ignored in PDF."),
        gettext_noop("Set the margins on each cell."),
    ),
    "converter_hyphenation": (
        gettext_noop("Automatic hyphenation is not done in PDF."),
        gettext_noop("Align the text to the left, or accept wider spaces."),
    ),
    "converter_feature": (
        gettext_noop("%(feature)s may look different in PDF."),
        gettext_noop("Look at the preview before you launch."),
    ),
    # --- what the text of a finished document shows
    "leftover_tag": (
        gettext_noop("The finished document still shows “%(tag)s”."),
        gettext_noop("Mend this place of the template: a Typst source takes its values as #row.name."),
    ),
    "unreadable_text": (
        gettext_noop("A character of the finished document cannot be read (U+FFFD)."),
        gettext_noop("Look for a damaged character in the template, and choose a font that has all letters."),
    ),
    "value_missing": (
        gettext_noop("“%(word)s” of the field “%(field)s” is not in the finished document."),
        gettext_noop(
            "The template prints this field in its sample: look where it leaves it out, cuts it off or covers it."
        ),
    ),
    # --- PDF
    "pdf_unreadable": (gettext_noop("The PDF cannot be read."), gettext_noop("Render the document again.")),
    "page_out_of_range": (
        gettext_noop("The document has %(pages)s pages; there is no page %(page)s."),
        gettext_noop("Choose a page that exists."),
    ),
    "nothing_to_merge": (
        gettext_noop("There are no PDF documents to merge."),
        gettext_noop("Wait until rows are done."),
    ),
}


def _translated(message: str) -> str:
    """Django's translation where Django runs, English elsewhere (the sandbox child, plain scripts)."""
    if not message:
        return ""
    conf, translation = sys.modules.get("django.conf"), sys.modules.get("django.utils.translation")
    if conf is None or translation is None or not conf.settings.configured:
        return message
    return str(translation.gettext(message))


def _worded(message: str, params: Mapping[str, Any]) -> str:
    try:
        return (_translated(message) % params).strip()
    except (KeyError, TypeError, ValueError):  # a translation with a broken placeholder must not hide the error
        return message


def message_for(code: str, params: Mapping[str, Any]) -> str:
    """This will say what is wrong, in the current language."""
    return _worded(MESSAGES[code][0] if code in MESSAGES else code, params)


def hint_for(code: str, params: Mapping[str, Any]) -> str:
    """This will say what to do about it, in the current language."""
    return _worded(MESSAGES[code][1] if code in MESSAGES else "", params)
