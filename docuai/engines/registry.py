"""The engines by name. Each module is loaded at first use: web processes never need one."""

from __future__ import annotations

import importlib
from functools import cache

from docuai.engines.base import Engine, EngineError

MODULES = {
    "typst": ("docuai.engines.typst_engine", "TypstEngine"),
    "word": ("docuai.engines.word_engine", "WordEngine"),
}


@cache
def engine(name: str) -> Engine:
    """This will give an engine, the same object each time; raises EngineError.

    For the sandbox child: others use `services`.
    """
    if name not in MODULES:
        raise EngineError("unknown_engine", engine=name)
    module, cls = MODULES[name]
    made: Engine = getattr(importlib.import_module(module), cls)()
    return made
