from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Wires the five apps; holds commands and the configuration version, and no rules."""

    name = "config"
    default_auto_field = "django.db.models.BigAutoField"
