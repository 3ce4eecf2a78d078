"""The one module that may know two products: plugs what one app offers into the ports of another."""


def plug() -> None:
    """This will run once, when all apps are loaded."""
