from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import transaction

from config.common.secrets import EncryptedTextField


class Command(BaseCommand):
    help = "Writes every stored secret again with the newest of SECRET_ENCRYPTION_KEYS."

    def handle(self, *_args: Any, **_options: Any) -> None:
        for model in apps.get_models():
            names = [f.name for f in model._meta.fields if isinstance(f, EncryptedTextField)]
            if names:
                with transaction.atomic():
                    rows = list(model._default_manager.select_for_update())
                    model._default_manager.bulk_update(rows, names, batch_size=500)
                self.stdout.write(f"{model._meta.label}: {len(rows)}")
