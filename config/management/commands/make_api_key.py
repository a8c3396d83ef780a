from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.constants import Scope
from compliance.models import Account
from compliance.services.api_keys import api_key_create
from config.common import clock
from config.common.errors import DomainError


class Command(BaseCommand):
    help = (
        "Makes an API key and prints it, this once: manage.py make_api_key acme CI --test"
        " --scope messages:send messages:read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("account", help="Short name; “-” for a key of the platform.")
        parser.add_argument("name", help="What uses it.")
        parser.add_argument(
            "--scope", nargs="+", default=[Scope.MESSAGES_SEND.value], choices=Scope.values
        )
        parser.add_argument(
            "--test", action="store_true", help="What it sends goes to the sandbox."
        )
        parser.add_argument("--address", nargs="+", default=[], help="Networks it may call from.")
        parser.add_argument("--days", type=int, help="It expires after so many days.")

    def handle(self, *_args: Any, **options: Any) -> None:
        slug = options["account"]
        account = Account.objects.filter(slug=slug).first()
        if account is None and slug != "-":
            raise CommandError(f"There is no account “{slug}”.")
        days = options["days"]
        try:
            _key, text = api_key_create(
                account=account,
                name=options["name"],
                scopes=options["scope"],
                actor=None,
                allowed_addresses=options["address"],
                expires_at=None if days is None else clock.now() + timedelta(days=days),
                is_test=options["test"],
            )
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(text)
