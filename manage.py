#!/usr/bin/env python
"""Django's command line. ``up`` and ``serve`` start processes and need no Django themselves."""

import os
import sys

from portfolio.stack import environment


def main() -> int:
    """This will run the command that is named on the command line."""
    environment.load()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portfolio.settings")
    match sys.argv[1:]:
        case ["up", *arguments] if "--help" not in arguments:
            from portfolio.stack import up

            return up.main(arguments)
        case ["serve", *arguments] if "--help" not in arguments:
            from portfolio.stack import serve

            return serve.main(arguments)
    environment.load_running_stack()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
