"""Logs: one JSON object a line with the names of the Elastic Common Schema, or coloured lines for a person.

Settings say ``LOGGING = logging_config(format=…, level=…)``. Standard library loggers and structlog end in the same
handler and carry the same context (``context.bind``). An event is a name and fields: ``log.info("document.rendered",
run_id=…, duration_ms=31)``; fields without an ECS name go below ``portfolio.``.
Names: https://www.elastic.co/guide/en/ecs/8.11/ecs-field-reference.html
"""

import os
import re
from typing import Any, Literal

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

ECS_VERSION = "8.11.0"
ECS_NAMES = {
    "level": "log.level",
    "logger": "log.logger",
    "event": "message",
    "request_id": "http.request.id",
    "method": "http.request.method",
    "code": "http.response.status_code",
    "path": "url.path",
    "user_agent": "user_agent.original",
    "user_id": "user.id",
    "organization_id": "organization.id",
    "exception": "error.stack_trace",
    "error": "error.message",
}
_ACTION = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")

SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="@timestamp"),
]


def logging_config(*, format: Literal["json", "console"] = "json", level: str = "INFO") -> dict[str, Any]:
    """This will return Django's ``LOGGING``: everything to standard error, where the platform collects it."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"ours": {"()": _formatter, "format": format}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "ours"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Its lines say again what ours say, with the query string in them.
            "django.request": {"level": "CRITICAL"},
            "django.server": {"level": "WARNING"},
            "django": {"level": level, "handlers": [], "propagate": True},
            "celery": {"level": level},
            "celery.beat": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
            "kombu": {"level": "WARNING"},
            "botocore": {"level": "WARNING"},
            "fontTools": {"level": "ERROR"},
        },
    }


def configure_structlog() -> None:
    """This will hand structlog's events to the standard library's handlers, once a process."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *(processor for processor in SHARED if not isinstance(processor, structlog.stdlib.ExtraAdder)),
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def elastic_common_schema(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """This will rename the fields of an event; what the schema has no name for goes below ``portfolio.``."""
    line: EventDict = {
        "@timestamp": event.pop("@timestamp", None),
        "log.level": event.pop("level", None),
        "message": str(event.pop("event", "")),
        "ecs.version": ECS_VERSION,
        "service.name": "portfolio",
        "process.pid": os.getpid(),
    }
    if _ACTION.fullmatch(line["message"]):
        line["event.action"] = line["message"]
    if isinstance(duration := event.pop("duration_ms", None), int | float):
        line["event.duration"] = round(duration * 1_000_000)  # nanoseconds
    for name, value in event.items():
        line[ECS_NAMES.get(name, f"portfolio.{name}")] = value
    return line


def _formatter(format: str) -> structlog.stdlib.ProcessorFormatter:
    before: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if format == "json":
        before += [structlog.processors.format_exc_info, elastic_common_schema, _render]
    else:
        before += [_short, structlog.dev.ConsoleRenderer(colors=bool(os.environ.get("FORCE_COLOR")), pad_event_to=0)]
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=SHARED, processors=before)


def _render(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def _short(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A person at a terminal knows the date, and which program it is from the prefix."""
    event["timestamp"] = str(event.pop("@timestamp", ""))[11:19]
    for name in ("logger", "user_agent"):
        event.pop(name, None)
    return event
