"""Queue length and the age of the oldest message, read from the broker when scraped.

A Celery queue on Redis is a list: new messages on the left, the next one on the right. ``workers`` stamps each message.
"""

import json
import time
from collections.abc import Iterable

from prometheus_client.core import GaugeMetricFamily, Metric

from platform_core.kits.observability.probes import broker
from platform_core.kits.observability.workers import ENQUEUED_AT

QUEUES = ("fast", "slow")


def queue_metrics() -> Iterable[Metric]:
    """This will yield both gauges, by queue."""
    length = GaugeMetricFamily("portfolio_queue_length", "Messages that wait.", labels=["queue"])
    oldest = GaugeMetricFamily("portfolio_queue_oldest_seconds", "Age of the next message.", labels=["queue"])
    for queue in QUEUES:
        pipeline = broker().pipeline(transaction=False)
        pipeline.llen(queue)
        pipeline.lindex(queue, -1)
        count, message = pipeline.execute()
        length.add_metric([queue], count)
        oldest.add_metric([queue], age(message))
    return [length, oldest]


def age(message: bytes | None) -> float:
    """This will return for how many seconds a message has waited; 0 where there is none or it is not stamped."""
    try:
        stamped = float(json.loads(message or b"{}")["headers"][ENQUEUED_AT])
    except (ValueError, KeyError, TypeError):
        return 0
    return max(time.time() - stamped, 0)
