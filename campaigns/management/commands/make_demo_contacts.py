from typing import Any

from django.core.management.base import BaseCommand

from campaigns.demo import CONTACTS, SECOND_MARKET
from campaigns.demo.people import contacts_csv, second_market_csv


class Command(BaseCommand):
    help = "Writes the demo's contact files anew; they come out the same each time."

    def handle(self, *args: Any, **options: Any) -> None:
        for path, content in ((CONTACTS, contacts_csv()), (SECOND_MARKET, second_market_csv())):
            path.write_bytes(content.encode())
            self.stdout.write(f"{path.name}: {len(content.splitlines())} lines")
