from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.constants import Role
from compliance.models import Account, User
from compliance.services.access import role_grant
from config.common.errors import DomainError


class Command(BaseCommand):
    help = (
        "Gives a person a role, for example the first administrator: "
        "manage.py createsuperuser, then manage.py grant_role NAME administrator."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("role", choices=Role.values)
        parser.add_argument("--account", default="", help="Short name; none for platform roles.")

    def handle(self, *_args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"There is no user “{options['username']}”: create it first.")
        account = None
        if options["account"]:
            account = Account.objects.filter(slug=options["account"]).first()
            if account is None:
                raise CommandError(f"There is no account “{options['account']}”.")
        try:
            role_grant(user=user, role=Role(options["role"]), account=account, actor=None)
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{user.username} is {options['role']} now.")
