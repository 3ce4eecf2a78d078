"""How the audit page says what happened to keys."""

from django.utils.translation import gettext_lazy, pgettext_lazy

SENTENCES = {
    "vault.rewrapped": pgettext_lazy("audit", "Wrapped a data key anew"),
    "vault.rotated": pgettext_lazy("audit", "Put a new data key in force"),
    "vault.retired": pgettext_lazy("audit", "Retired a former data key"),
    "vault.destroyed": pgettext_lazy("audit", "Destroyed the data keys for good"),
}
FIELDS = {"wrapping_key": gettext_lazy("Wrapped by"), "keys": gettext_lazy("Keys"), "version": gettext_lazy("Version")}
