"""WSGI entry point of the web processes."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portfolio.settings")
application = get_wsgi_application()

# A request makes hundreds of objects and hardly a cycle: looking for cycles every 700 took a tenth of its time. What has
# been loaded stays: no collection looks at it again, and none stands still for a tenth of a second.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
