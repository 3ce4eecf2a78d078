"""How much room is left on the disks that fill up, and whether that is too little to go on working."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from platform_core.kits.storage.ports import storage


@dataclass(frozen=True, slots=True)
class Room:
    """Free bytes of the fullest disk, and how many of them must stay free."""

    free_bytes: int
    needed_bytes: int

    @property
    def is_low(self) -> bool:
        return self.free_bytes < self.needed_bytes


def room() -> Room:
    """This will measure the disks of storage and of DATA_DIR (uploads, journal); the fullest one counts."""
    return min((_of(folder) for folder in {storage().folder(), settings.DATA_DIR} if folder), key=_spare)


def _of(folder: Path) -> Room:
    while not folder.exists():  # not made before the first write
        folder = folder.parent
    usage = shutil.disk_usage(folder)
    return Room(usage.free, usage.total * settings.MIN_FREE_PERCENT // 100)


def _spare(found: Room) -> int:
    return found.free_bytes - found.needed_bytes
