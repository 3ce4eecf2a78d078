"""A peer of the DOCX run: docxtpl in a loop. `python -m tests.benchmarks.peer_docxtpl TEMPLATE`.

Renders only, into memory; the first documents of an order go to files so that their text can be compared.
"""

import base64
import io
import json
import sys
from pathlib import Path
from typing import Any

from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage

KEPT = 10


def main(template: str) -> None:
    """This will take orders from standard input until it ends."""
    source = Path(template).read_bytes()
    print("ready", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        rows = Path(order["rows"]).read_text().splitlines()
        kept: list[tuple[int, str]] = []
        for index in range(order["part"], len(rows), order["parts"]):
            document = rendered(source, json.loads(rows[index]))
            if len(kept) < KEPT:
                file = Path(order["rows"]).with_name(f"docxtpl-{index}.docx")
                file.write_bytes(document)
                kept.append((index, str(file)))
        print(json.dumps(kept), flush=True)


def rendered(source: bytes, row: dict[str, Any]) -> bytes:
    """This will make one document; a template object can be rendered once, so each document opens it anew."""
    template = DocxTemplate(io.BytesIO(source))
    picture = InlineImage(template, io.BytesIO(base64.b64decode(row["picture"])), width=Mm(40))
    template.render({**row, "picture": picture}, autoescape=True)
    out = io.BytesIO()
    template.save(out)
    return out.getvalue()


if __name__ == "__main__":
    main(*sys.argv[1:])
