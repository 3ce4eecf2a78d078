"""Gathers the queue and clock entries of the slices for Celery. Nobody imports it."""

from docuai.bulk import periodic, tasks
from docuai.library import periodic as library

__all__ = ["library", "periodic", "tasks"]
