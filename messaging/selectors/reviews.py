"""What reviewers decide on: fingerprints of what they saw, and versions that are alike."""

import hashlib
import json
from collections.abc import Sequence

from messaging.constants import VersionStatus
from messaging.models import TemplateVersion
from messaging.selectors.templates import CountryFindings, findings_of


def review_fingerprint(
    version: TemplateVersion, findings: Sequence[CountryFindings] | None = None
) -> str:
    """A digest of everything a reviewer judges by: the wording, what the rules say about it, and
    the version in force it is compared with. Another one means: look again."""
    found = findings_of(version) if findings is None else findings
    template = version.template
    in_force = TemplateVersion.objects.filter(
        template_id=version.template_id, status=VersionStatus.APPROVED
    ).values_list("pk", flat=True)
    seen = [
        version.pk,
        version.body,
        version.slots,
        version.rewriting,
        version.variants,
        version.message_format,
        template.message_class,
        template.advertiser_id,
        template.language,
        list(in_force),
        [_signature(one) for one in found],
    ]
    text = json.dumps(seen, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _signature(one: CountryFindings) -> list[object]:
    return [one.country, sorted((found.rule_id, found.severity) for found in one.findings)]
