"""The peer of the PDF run: nothing but typst in a loop. `python -m tests.benchmarks.peer_typst FONTS SOURCE`.

Takes orders ``{"rows": file, "part": n, "parts": m}`` and answers the SHA-256 of each document. Keeps no document,
writes only the row that the source reads.
"""

import datetime
import hashlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import typst

STANDARDS: Any = ["a-3a", "ua-1"]


def main(fonts: str, source: str) -> None:
    """This will take orders from standard input until it ends."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        template = root / "template.typ"
        template.write_bytes(Path(source).read_bytes())
        faces = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[fonts])
        compiler = typst.Compiler(str(template), root=str(root), font_paths=faces)
        print("ready", flush=True)
        for line in sys.stdin:
            order = json.loads(line)
            rows = Path(order["rows"]).read_text().splitlines()[order["part"] :: order["parts"]]
            print(json.dumps([rendered(compiler, root, row, order["date"]) for row in rows]), flush=True)


def rendered(compiler: typst.Compiler, root: Path, row: str, day: str) -> str:
    """This will make the document of one row."""
    (root / "data.json").write_text(row)
    noon = datetime.datetime.fromisoformat(f"{day}T12:00:00+00:00")
    pdf: Any = compiler.compile(format="pdf", pdf_standards=STANDARDS, timestamp=noon)
    return hashlib.sha256(bytes(pdf)).hexdigest()


if __name__ == "__main__":
    main(*sys.argv[1:])
