"""Gathers the queue and clock entries of the slices for Celery. Nobody imports it."""

from docuai.bulk import periodic, tasks

__all__ = ["periodic", "tasks"]
