"""The Word invoice: facts, parties, a table with a row for each line, totals, how to pay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT as VERTICAL
from docx.shared import Mm

from docuai.library.starters.build.word_file import GRAY, HAIR, WordFile, child

WIDTHS = (78, 27, 25, 15, 25)
LINE = (
    "{{ line.description }}",
    "{{ line.quantity | number }}{% if line.unit %}\u00a0{{ line.unit }}{% endif %}",
    "{{ line.price | money }}",
    "{{ line.tax | percent }}",
    "{{ line.amount | money }}",
)


def invoice(language: str, row: dict[str, Any], logo: bytes) -> bytes:
    """This will build the invoice in one language."""
    file = WordFile(language, "Calibri", 9.5, row["brand"]["color"], (20, 20, 14, 19))
    file.title("Invoice {{ number }}, {{ brand.name }}", "Factura {{ number }}, {{ brand.name }}")
    file.heading(1, 28, bold=True)
    file.heading(2, 9.5, bold=True, before=10, after=2)
    _head(file, logo)
    _parties(file)
    due = file.say(
        "{{ total | money }} due {{ due_on | date }}", "{{ total | money }} con vencimiento el {{ due_on | date }}"
    )
    file.para(file.doc, due, 17, file.color, bold=True, before=12)
    file.optional(file.doc, "note", "{{ note }}", color=GRAY, before=2)
    file.para(file.doc, "", 4, before=2)
    _lines(file)
    _payment(file)
    file.optional(file.doc, "terms", "{{ terms }}", 8.5, GRAY, before=4)
    file.footer("{{ brand.legal }}", 8.5)
    return file.content()


def _head(file: WordFile, logo: bytes) -> None:
    top = file.table(file.doc, (140, 30))
    top.cell(0, 0).vertical_alignment = VERTICAL.CENTER
    file.para(top.cell(0, 0), file.say("Invoice", "Factura"), style="Heading 1")
    file.picture(file.para(top.cell(0, 1), align="right"), logo, "logo", "{{ brand.name }}", 12)
    file.para(file.doc, "", 4, before=2)
    table = file.table(file.doc, (36, 49, 49, 36))
    reference = file.say("Your reference", "Su referencia")
    facts = (
        (file.say("Invoice number", "Número de factura"), "{{ number }}"),
        (file.say("Issued", "Fecha de emisión"), "{{ issued_on | date }}"),
        (file.say("Due", "Vencimiento"), "{{ due_on | date }}"),
        ("{% if reference %}" + reference + "{% endif %}", "{% if reference %}{{ reference }}{% endif %}"),
    )
    _facts(file, table.rows[0].cells, facts)
    file.para(file.doc, "", 6, before=4)


def _facts(file: WordFile, cells: Sequence[Any], facts: Sequence[tuple[str, str]]) -> None:
    for cell, (label, value) in zip(cells, facts, strict=True):
        file.para(cell, label, 8.5, GRAY)
        file.para(cell, value, bold=True)


def _parties(file: WordFile) -> None:
    table = file.table(file.doc, (85, 85))
    parties = (("seller", file.say("From", "De")), ("buyer", file.say("Bill to", "Facturar a")))
    for cell, (who, label) in zip(table.rows[0].cells, parties, strict=True):
        file.para(cell, label, 8.5, GRAY)
        file.para(cell, f"{{{{ {who}.name }}}}", bold=True)
        file.para(cell, f"{{%p for line in {who}.address %}}")
        file.para(cell, "{{ line }}")
        file.para(cell, "{%p endfor %}")
        for key in ("tax_id", "email"):
            file.optional(cell, f"{who}.{key}", f"{{{{ {who}.{key} }}}}")


def _lines(file: WordFile) -> None:
    table = file.table(file.doc, WIDTHS)
    heads = file.say(
        ("Description", "Quantity", "Unit price", "{{ tax_name or 'VAT' }}", "Amount"),
        ("Concepto", "Cantidad", "Precio unitario", "{{ tax_name or 'IVA' }}", "Importe"),
    )
    head = _filled(file, table.rows[0], heads, size=8.5, color=GRAY)
    child(head._tr.get_or_add_trPr(), "w:tblHeader")
    _control(file, table, "{%tr for line in lines %}")
    line = _filled(file, table.add_row(), LINE)
    file.optional(line.cells[0], "line.detail", "{{ line.detail }}", 8.5, GRAY)
    for cell in line.cells:
        file.rule(cell)
    _control(file, table, "{%tr endfor %}")
    _total(file, table, "Subtotal", "{{ subtotal | money }}", color=file.color)
    _control(file, table, "{%tr for tax in taxes %}")
    label = file.say(
        "{{ tax_name or 'VAT' }} {{ tax.rate | percent }} of {{ tax.base | money }}",
        "{{ tax_name or 'IVA' }} {{ tax.rate | percent }} sobre {{ tax.base | money }}",
    )
    _total(file, table, label, "{{ tax.amount | money }}")
    _control(file, table, "{%tr endfor %}")
    _total(file, table, file.say("Total due", "Total"), "{{ total | money }}", color=file.color, bold=True, size=11)


def _filled(file: WordFile, row: Any, texts: Sequence[str], **look: Any) -> Any:
    for index, (cell, text, width) in enumerate(zip(row.cells, texts, WIDTHS, strict=True)):
        cell.width = Mm(width)
        file.pad(cell, 0.55, 0.55, right=0 if index in (0, 4) else 2)
        file.para(cell, text, align=None if index == 0 else "right", **look)
    file.whole(row)
    return row


def _control(file: WordFile, table: Any, tag: str) -> None:
    file.para(table.add_row().cells[0], tag)


def _total(file: WordFile, table: Any, label: str, value: str, *, color: str = HAIR, **look: Any) -> None:
    row = table.add_row()
    file.whole(row)
    label_cell = row.cells[1].merge(row.cells[3])
    for cell, text, right in ((label_cell, label, 2), (row.cells[4], value, 0)):
        file.rule(cell, color=color)
        file.pad(cell, 0.55, 0.55, right=right)
        file.para(cell, text, align="right", keep=True, **look)
    file.rule(row.cells[0], color=color if color == file.color and not look else "FFFFFF")


def _payment(file: WordFile) -> None:
    file.para(file.doc, "{%p if payment %}")
    file.para(file.doc, file.say("How to pay", "Forma de pago"), style="Heading 2")
    table = file.table(file.doc, (85, 49, 36))
    facts = (
        ("IBAN, {{ payment.bank }}", "{{ payment.iban }}"),
        ("BIC", "{{ payment.bic }}"),
        (file.say("Payment reference", "Concepto del pago"), "{{ number }}"),
    )
    _facts(file, table.rows[0].cells, facts)
    online = file.say("Or online: ", "O en línea: ")
    file.para(file.doc, "{% if payment.url %}" + online + "{{ payment.url | bare }}{% endif %}", before=4)
    file.para(file.doc, "{%p endif %}")
