"""What the platform itself writes into logs of jobs: English ids, named here so that the catalogs have them."""

from django.utils.translation import gettext_noop as _

MESSAGES = (
    _("Started"),
    _("Paused"),
    _("Paused by %(by)s"),
    _("Resumed"),
    _("Resumed by %(by)s"),
    _("Canceled"),
    _("Canceled by %(by)s"),
    _("Tried again by %(by)s"),
    _("Parked"),
    _("Paused: no room"),
    _("There is room again"),
    _("Finished: %(done)s done, %(failed)s failed"),
)
