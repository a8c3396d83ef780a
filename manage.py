#!/usr/bin/env python
import os
import sys

from config.common.collection import collection_seldom

collection_seldom()

from django.core.management import execute_from_command_line  # noqa: E402  loads everything

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    execute_from_command_line(sys.argv)
