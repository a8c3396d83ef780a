"""`manage.py bind_options`: every option of a bind, as the handbook has it."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from carriers.options.handbook import handbook


class Command(BaseCommand):
    help = _("Print the table of all options of a bind, in Markdown.")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(handbook())
