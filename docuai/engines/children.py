"""The engines' sandboxes in this process: quick work.

Typst, Word, PDF reading apart from slow conversions, each with its limits.
"""

from __future__ import annotations

from functools import cache

from docuai.engines import fonts
from docuai.engines.base import EngineError
from platform_core.kits.sandbox.pool import Limits, Sandbox, SandboxCrash

HANDLER = "docuai.engines.child:handle"
MEGABYTE = 1024 * 1024
ROW_SECONDS = 20
QUICK = Limits(
    memory_bytes=1024 * MEGABYTE, cpu_seconds=ROW_SECONDS, wall_seconds=60, items=500, growth_bytes=200 * MEGABYTE
)
SLOW = Limits(memory_bytes=4096 * MEGABYTE, cpu_seconds=60, wall_seconds=180, items=200, growth_bytes=400 * MEGABYTE)
CHILDREN = 2


@cache
def quick() -> Sandbox:
    """This will give the sandbox for rendering, inspecting and reading."""
    return Sandbox(HANDLER, QUICK, children=CHILDREN, config={"font_dir": str(fonts.font_dir())})


@cache
def slow() -> Sandbox:
    """This will give the sandbox for converting Word to PDF."""
    return Sandbox(HANDLER, SLOW, children=CHILDREN, config={"font_dir": str(fonts.font_dir())})


def sandbox_for(engine: str, output: str) -> Sandbox:
    """This will choose the sandbox by what is to be done."""
    return slow() if engine == "word" and output == "pdf" else quick()


def error_of(crash: SandboxCrash) -> EngineError:
    """This will say in our words how a child ended."""
    if crash.reason in ("cpu", "wall"):
        return EngineError("too_slow", seconds=ROW_SECONDS)
    if crash.reason == "memory":
        return EngineError("too_much_memory")
    if crash.reason == "start":
        return EngineError("engine_unavailable", retryable=True)
    return EngineError("engine_crash", retryable=crash.reason == "killed")
