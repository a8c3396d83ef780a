import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from compliance.models import Account
from config.demo.build import world_build
from config.demo.money import money_build
from config.demo.people import people_build
from config.demo.rules import rules_build
from config.demo.second_market import second_market_build
from config.demo.talks import talks_build
from config.demo.triggers import triggers_build
from config.demo.webhooks import webhook_deliver, webhook_open
from config.embedded import write_private


class Command(BaseCommand):
    help = "Makes the demo world on an empty database and writes its logins to var/demo.json."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--output", default=None, help="Where to write logins and key.")

    def handle(self, *_args: Any, **options: Any) -> None:
        if Account.objects.exists():
            raise CommandError("The database has accounts already: demo data is for an empty one.")
        demo = world_build() | {"trigger": triggers_build()}
        path = Path(options["output"] or Path(settings.VAR_DIR) / "demo.json")
        path.parent.mkdir(parents=True, exist_ok=True)
        write_private(path, json.dumps(demo, indent=1, ensure_ascii=False))
        webhook_open()
        second_market_build()
        money_build()
        people_build()
        talks_build()
        webhook_deliver()
        rules_build()
