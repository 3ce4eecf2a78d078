"""``make reset``: deletes the data of this folder's stack after asking. ``RESET=yes`` in the environment answers."""

import os
import sys

from portfolio.stack import lock, places, up


def main() -> int:
    """This will ask, delete, say what went, and return the exit code."""
    folder = places.data_folder()
    shown = os.path.relpath(folder)
    try:
        lock.refuse_a_second(folder / "up.lock")
        if not agreed(f"Delete all data in {shown}/ (database, files, mails, keys)? Type yes: "):
            print("Nothing was deleted.")
            return 1
        removed = up.remove_data(folder)
    except lock.AlreadyRunningError as error:
        print(error)
        return 1
    print(f"Deleted from {shown}/: {', '.join(removed) or 'nothing, it was empty'}. make run starts over.")
    return 0


def agreed(question: str) -> bool:
    """Whether ``RESET=yes`` is set or the person at the terminal types yes."""
    if answer := os.environ.get("RESET"):
        return answer == "yes"
    return sys.stdin.isatty() and input(question).strip().lower() == "yes"


if __name__ == "__main__":
    raise SystemExit(main())
