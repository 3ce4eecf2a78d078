"""The mark of a test on every page of a Word file: TEST in red as the first line of each header.

A file that has no header of a kind gets one: a first page or even pages of their own would go without the mark otherwise.
Done to the opened package, before it is read for tags, so the same file always becomes the same marked file.
"""

from lxml import etree

from docuai.engines import word_package
from docuai.engines.word_package import RELS, TYPES, R, W, w

PART = "word/header9999.xml"
RELATION = "rIdTest"
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"
KINDS = ("default", "first", "even")
LINE = (
    f'<w:p xmlns:w="{W}"><w:pPr><w:jc w:val="center"/></w:pPr><w:r><w:rPr><w:b/><w:color w:val="C81E1E"/>'
    '<w:sz w:val="28"/></w:rPr><w:t>TEST</w:t></w:r></w:p>'
)


def mark(package: word_package.Package) -> None:
    """This will put the mark into every header of a file, and add the headers that are missing."""
    root = word_package.parsed(package.document, package.files[package.document])
    for name in _headers(package):
        header = word_package.parsed(name, package.files[name])
        header.insert(0, etree.fromstring(LINE))
        package.files[name] = _written(header)
    section = _first_section(root)
    known = {reference.get(w("type")) for reference in section.findall(w("headerReference"))}
    missing = [kind for kind in KINDS if kind not in known]
    if not missing:
        return
    for kind in reversed(missing):
        reference = etree.Element(w("headerReference"))
        reference.set(w("type"), kind)
        reference.set(f"{{{R}}}id", RELATION)
        section.insert(0, reference)
    package.files[package.document] = _written(root)
    package.files[PART] = f'<w:hdr xmlns:w="{W}">{LINE}</w:hdr>'.encode()
    _relate(package)


def _headers(package: word_package.Package) -> list[str]:
    """The headers that the document names, whatever their files are called."""
    name = word_package.rels_name(package.document)
    if name not in package.files:
        return []
    relations = word_package.parsed(name, package.files[name])
    targets = [
        word_package.target_of(package.document, str(relation.get("Target")))
        for relation in relations
        if str(relation.get("Type")).endswith("/header")
    ]
    return [target for target in dict.fromkeys(targets) if target in package.files]


def _first_section(root: etree._Element) -> etree._Element:
    """The later ones go on with its headers where they name none of their own."""
    found = next(root.iter(w("sectPr")), None)
    if found is not None:
        return found
    body = root.find(w("body"))
    return etree.SubElement(root if body is None else body, w("sectPr"))


def _relate(package: word_package.Package) -> None:
    name = word_package.rels_name(package.document)
    empty = f'<Relationships xmlns="{RELS}"/>'.encode()
    relations = word_package.parsed(name, package.files.get(name, empty))
    relation = etree.SubElement(relations, f"{{{RELS}}}Relationship")
    relation.attrib.update({"Id": RELATION, "Type": f"{R}/header", "Target": f"/{PART}"})
    package.files[name] = _written(relations)
    types = word_package.parsed("[Content_Types].xml", package.files["[Content_Types].xml"])
    override = etree.SubElement(types, f"{{{TYPES}}}Override")
    override.attrib.update({"PartName": f"/{PART}", "ContentType": CONTENT_TYPE})
    package.files["[Content_Types].xml"] = _written(types)


def _written(root: etree._Element) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))
