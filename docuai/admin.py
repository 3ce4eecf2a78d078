"""Gathers the admins of the slices for Django. Nothing else lives here, and nobody imports it."""

from docuai.bulk import admin as bulk
from docuai.library import admin as library

__all__ = ["bulk", "library"]
