#!/usr/bin/env python
"""Django's command line for Labsite. A wrong setting ends in one line that names the variable."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "labsite.settings")
    from django.conf import settings
    from django.core.management import execute_from_command_line

    try:
        settings.SECRET_KEY  # noqa: B018 - loads the settings
    except ImproperlyConfigured as error:
        sys.exit(f"labsite: {error}")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
