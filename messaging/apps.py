from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagingConfig(AppConfig):
    """The whole life of a message: accept, dispatch, results, receipts, events, replies."""

    name = "messaging"
    verbose_name = _("Messaging")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from carriers import ports
        from compliance.selectors.trials import count_segments_with
        from messaging.encoding.segmentation import segment_count
        from messaging.pump.factory import MessagingPumps

        ports.register(MessagingPumps())
        count_segments_with(lambda text: segment_count(text).segment_count)
