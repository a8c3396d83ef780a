from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagingConfig(AppConfig):
    """The whole life of a message: accept, dispatch, results, receipts, events, replies."""

    name = "messaging"
    verbose_name = _("Messaging")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from carriers import ports, waiting
        from compliance import news as consent_news
        from compliance.constants import DataKind
        from compliance.selectors.trials import count_segments_with
        from compliance.services import retention
        from messaging.encoding.segmentation import segment_count
        from messaging.pump.desk import MessagingDesk
        from messaging.pump.factory import MessagingPumps
        from messaging.selectors.conversation_sources import register_sources
        from messaging.selectors.recent_traffic import traffic_lately
        from messaging.selectors.waiting import waiting_count
        from messaging.selectors.waits import work_ahead
        from messaging.services import retention as kept
        from messaging.services.preferences import preference_spec
        from messaging.services.revocations import revocations_told
        from messaging.services.sender_news import sender_told
        from messaging.wording.slots import reserve
        from routing import news, traffic, work

        reserve(preference_spec())
        register_sources()
        ports.register(MessagingPumps())
        waiting.register(waiting_count)
        ports.register_desk(MessagingDesk())
        news.register(sender_told)
        consent_news.register(revocations_told)
        traffic.register(traffic_lately)
        work.register(work_ahead)
        count_segments_with(lambda text: segment_count(text).segment_count)
        retention.register(DataKind.OTP_TEXT, kept.otp_texts_forget)
        retention.register(DataKind.TEXT, kept.texts_forget)
        retention.register(DataKind.REPLY_TEXT, kept.replies_and_notes_forget)
        retention.register(DataKind.MESSAGE, kept.messages_and_conversations_remove, kept.days_drop)
