from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from config.common import audit


class ComplianceConfig(AppConfig):
    """Who may send what to whom: accounts, access, consent, rules, audit."""

    name = "compliance"
    verbose_name = _("Compliance")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from compliance.constants import DataKind  # models are ready only now
        from compliance.services import retention
        from compliance.services.audit import audit_write
        from compliance.services.retention.evidence import evidence_erase

        audit.register(audit_write)
        retention.register(DataKind.EVIDENCE, evidence_erase)
