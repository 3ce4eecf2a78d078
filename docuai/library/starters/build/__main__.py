"""Write the Word starters again: `python -m docuai.library.starters.build`.

Needs python-docx, a development dependency.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from docuai.engines.pictures import picture_of
from docuai.library.starters.build.certificate import certificate
from docuai.library.starters.build.contract import contract
from docuai.library.starters.build.invoice import invoice

FOLDER = Path(__file__).resolve().parents[1]


def built() -> dict[Path, bytes]:
    """This will build all files: path and bytes."""
    files = {}
    for build in (certificate, contract, invoice):
        folder = FOLDER / build.__name__
        for language in ("en", "es"):
            row = json.loads((folder / f"sample.{language}.json").read_text(encoding="utf-8"))
            logo = picture_of("logo", row["brand"]["logo"]).content
            files[folder / f"template.{language}.docx"] = build(language, row, logo)
    return files


if __name__ == "__main__":
    for path, content in built().items():
        path.write_bytes(content)
        sys.stdout.write(f"{path.parent.name}/{path.name} {len(content)}\n")
