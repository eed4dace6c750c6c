"""The WSGI entry point. A wrong setting ends in one line that names the variable."""

import gc
import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from labsite.operations.observing import observe
from labsite.operations.starting import refuse_bad_start
from labsite.page_cache.layer import PageCache

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "labsite.settings")

try:
    refuse_bad_start()
    application = observe(PageCache(get_wsgi_application()))
except ImproperlyConfigured as error:
    sys.exit(f"labsite: {error}")

gc.set_threshold(20_000, 20, 20)  # new objects: a page makes some 10,000, and Python's own 700 cost a tenth of its time
gc.freeze()  # what is loaded by now stays: looking through it again and again held up a page in a hundred for 30 ms
