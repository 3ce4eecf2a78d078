"""A file that somebody brings: one source, or a ZIP of Typst source with its files. Archives are unpacked in the sandbox.

What stands beside a source as `schema.json` and `sample.json` (or `data.json`) becomes the version's schema and sample.
"""

import json
import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from django.utils.translation import gettext as _

from docuai.engines import services as engines
from docuai.engines.services import EngineError, Location, Problem
from docuai.library.content import EXTENSIONS, Content, TemplateError
from platform_core.kits.web.sniffing import markup_in

MAX_BYTES = 20 * 1024 * 1024
MAX_SOURCE_BYTES = 2 * 1024 * 1024
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
FONTS = (".ttf", ".otf", ".ttc", ".otc", ".woff", ".woff2")
MAIN_NAMES = ("template.typ", "main.typ")
BY_LANGUAGE = re.compile(r"^(?:template|main)\.([a-z]{2})\.typ$")
LITTER = ("__MACOSX/", ".DS_Store", "Thumbs.db")


def engine_for(file_name: str, content: bytes) -> str:
    """This will guess the engine: Typst for .typ and .zip, else Word, which names what it cannot read."""
    suffix = PurePosixPath(file_name.lower()).suffix
    return "typst" if suffix in (".typ", ".zip") and not content.startswith(OLE) else "word"


def read(*, engine: str, file_name: str, content: bytes, language: str) -> Content:
    """This will make a content of an upload; raises TemplateError for what no engine could even look at.

    Most faults are no errors here: inspection lists them all at once, with place and advice.
    """
    if engine not in EXTENSIONS:
        raise TemplateError(_("There is no engine “%(engine)s”. Choose word or typst.") % {"engine": engine[:40]})
    if len(content) > MAX_BYTES:
        raise TemplateError(_("The file is larger than 20 MB. Use smaller pictures in it."))
    if found := markup_in(content):
        text = _("The content of this file is %(kind)s. Upload a Word file (.docx), Typst (.typ) or a ZIP of Typst.")
        raise TemplateError(text % {"kind": found.upper()})
    name = safe_file_name(file_name)
    if engine == "word" or not content.startswith(ZIP):
        if engine == "typst" and len(content) > MAX_SOURCE_BYTES:
            raise TemplateError(_("The source is larger than 2 MB. Move pictures into files beside it, and zip them."))
        return Content(engine, {language: content}, names={language: name} if name else {})
    return _from_archive(content, language)


def safe_file_name(file_name: str) -> str:
    """This will keep the last part of a name, without what no file system takes or what turns text around."""
    last = re.split(r"[/\\]", file_name)[-1]
    return "".join(c for c in last if c.isprintable() and c not in '<>:"|?*').strip(" .")[:120]


def _from_archive(content: bytes, language: str) -> Content:
    try:
        files = engines.unpack(archive=content)
    except EngineError as error:
        raise TemplateError(f"{error.message} {error.hint}") from error
    if "[Content_Types].xml" in files:
        raise TemplateError(_("This is an Office file, not Typst. Choose Word as the engine."))
    files = _without_folder({name: data for name, data in files.items() if not _is_litter(name)})
    fonts = sorted(name for name in files if name.lower().endswith(FONTS))
    sources, assets = _parted(files, language)
    assets = {name: data for name, data in assets.items() if name not in fonts}
    schema, sample = _beside(assets, "schema.json"), _beside(assets, "sample.json", "data.json")
    if schema is not None and not isinstance(schema.get("properties"), dict):
        schema = None
    for name in ("schema.json",) if schema is not None else ():
        del assets[name]
    for name in ("sample.json", "data.json") if sample is not None else ("data.json",):
        assets.pop(name, None)
    notes = tuple(Problem("warning", "font_in_archive", {"font": name}, Location(part=name)) for name in fonts)
    return Content("typst", sources, assets, {}, schema, sample, notes)


def _parted(files: Mapping[str, bytes], language: str) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The main sources and the files beside them; raises TemplateError where nothing says which file is the main one."""
    spoken = {match[1]: name for name in sorted(files) if (match := BY_LANGUAGE.match(name))}
    typst = [name for name in files if name.endswith(".typ") and "/" not in name]
    main = next((name for name in MAIN_NAMES if name in files), typst[0] if len(typst) == 1 else "")
    if not spoken and not main:
        if not any(name.endswith(".typ") for name in files):
            raise TemplateError(_("The ZIP holds no Typst source. Put template.typ into it, at the top."))
        raise TemplateError(_("The ZIP holds several sources. Call the main one template.typ, and put it at the top."))
    names = spoken or {language: main}
    first = {language: names[language]} if language in names else {}
    sources = {each: files[name] for each, name in (first | names).items()}
    return sources, {name: data for name, data in files.items() if name not in names.values()}


def _without_folder(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files without the one folder that many programs put around everything."""
    tops = {name.split("/", 1)[0] for name in files}
    if len(tops) != 1 or not all("/" in name for name in files):
        return dict(files)
    return {name.split("/", 1)[1]: data for name, data in files.items()}


def _beside(assets: Mapping[str, bytes], *names: str) -> dict[str, Any] | None:
    for name in names:
        try:
            found = json.loads(assets.get(name, b"null"))
        except ValueError:
            continue
        if isinstance(found, dict):
            return found
    return None


def _is_litter(name: str) -> bool:
    return any(name.startswith(each) or name.rsplit("/", 1)[-1] == each for each in LITTER)
