"""One of everything an account can have, with a marker in every text a page could show."""

import json
from datetime import timedelta
from typing import Any

from django.db.models import Model

from campaigns.models import (
    AudienceEntry,
    BadLine,
    ContactImport,
    ListMembership,
    TriggerEvent,
    TriggerKey,
    TriggerMapping,
    TriggerSource,
    TriggerVersion,
)
from campaigns.services.people import request_open
from campaigns.services.triggers.keys import key_claim
from compliance.models import (
    Account,
    Advertiser,
    AuditEntry,
    ConsentRecord,
    ConsentState,
    LedgerDigest,
    OAuthClient,
    Program,
    RuleException,
    Suppression,
    SuppressionBadLine,
    SuppressionImport,
    SuppressionPolicy,
    TrialDay,
    User,
)
from compliance.services.account_rules import AccountRuleValues, account_rule_create
from compliance.services.api_keys import api_key_create
from compliance.services.consent import consent_record
from compliance.services.content_rules import RuleValues, content_rule_create
from compliance.services.oauth import token_issue
from compliance.services.residency import transfer_note
from compliance.services.retention import policy_set
from compliance.services.suppressions import suppression_add
from compliance.services.trial_accounts import number_verified
from config.common import audit, clock
from config.common.ids import uuid7
from messaging.constants import VersionStatus
from messaging.models import (
    Charge,
    Conversation,
    ConversationEntry,
    ConversationWait,
    Event,
    KeywordHit,
    KeywordQuestion,
    KeywordRule,
    PolicyTrial,
    ResponseRule,
    ShieldRule,
    Verification,
    VerificationCheck,
    VerificationHold,
    VerificationOverride,
    VerificationSend,
    VerificationService,
    VerificationStat,
    VerificationText,
    WebhookDelivery,
)
from messaging.services.money import BillingTerms, billing_set, ledger_top_up
from messaging.services.templates.registrations import registrations_record
from routing.models import (
    Network,
    SenderFallback,
    SenderNotice,
    SenderPool,
    SenderPoolMember,
    SenderProgram,
    StickySender,
)
from routing.services.papers import document_attach, paper_save
from tests.factories import (
    make_advertiser,
    make_campaign,
    make_certificate,
    make_contact,
    make_inbound,
    make_list,
    make_message,
    make_network,
    make_review,
    make_sender,
    make_template,
    make_template_version,
    make_webhook,
    serial,
)

Things = dict[str, Model]


def make_everything(account: Account, marker: str, actor: User) -> Things:
    """By model label an object of the account; its texts contain the marker."""
    advertiser = make_advertiser(account, name=f"{marker} brand", legal_name=f"{marker} Ltd")
    things: Things = {"compliance.account": account, "compliance.advertiser": advertiser}
    things |= _compliance(account, advertiser, marker, actor)
    things |= _own_rules(account, advertiser, marker, actor)
    things |= _texts(account, advertiser, marker, actor)
    things |= _traffic(account, advertiser, marker, things)
    things |= _verifications(account, marker, things)
    things |= _audience(account, advertiser, marker, things)
    things |= _triggers(account, marker, actor)
    things |= _money(account, marker, things, actor)
    return things


def _money(account: Account, marker: str, things: Things, actor: User) -> Things:
    entry = ledger_top_up(
        account=account, amount_micros=9_000_000_000, actor=actor, reference=f"{marker} invoice"
    )
    terms = BillingTerms("prepaid", alert_emails=[f"{marker}@example.com"])
    balance = billing_set(account=account, terms=terms, actor=actor)
    charge = Charge.objects.create(
        account=account,
        day=clock.now().date(),
        sender=things["routing.sender"],
        message_class="care",
        accepted=1,
        reserved_micros=1_000_000,
    )
    return {
        "messaging.balance": balance,
        "messaging.charge": charge,
        "messaging.ledgerentry": entry,
    }


def _compliance(account: Account, advertiser: Advertiser, marker: str, actor: User) -> Things:
    shared: dict[str, Any] = {"account": account, "advertiser": advertiser, "actor": actor}
    record = consent_record(
        **shared,
        msisdn=f"8490{serial():07d}",
        purpose="marketing",
        action="granted",
        method="form",
        source=f"{marker} shop",
        evidence={"note": marker},
        given_at=clock.now() - timedelta(days=1),
    )
    suppression = suppression_add(
        **shared,
        msisdn=f"8490{serial():07d}",
        purpose="marketing",
        source="console",
        reason=f"{marker} reason",
    )
    suppression_import = SuppressionImport.objects.create(
        token=uuid7(),
        account=account,
        advertiser=advertiser,
        network=f"{marker} network",
        reason=f"{marker} reason",
        state=SuppressionImport.State.COMPLETED,
        file_name=f"{marker}.csv",
        checksum="0" * 64,
        unknown_brands={f"{marker} brand": 1},
        unknown_brand=1,
        lines_bad=1,
        created_by=actor,
        created_at=clock.now(),
    )
    SuppressionBadLine.objects.create(
        suppression_import=suppression_import, line=1, code="number_wrong", content=marker
    )
    bounce_policy = SuppressionPolicy.objects.create(
        account=account, error_class="refused", note=f"{marker} note", errors=[marker[:16]]
    )
    rule = content_rule_create(
        account=account,
        kind="forbidden_phrase",
        values=RuleValues(
            name=f"{marker} rule", params={"phrases": [f"{marker} phrase"]}, note=f"{marker} note"
        ),
        actor=None,
        reason=f"{marker} reason",
    )
    key, _text = api_key_create(
        account=account, name=f"{marker} key", scopes=["messages:send"], actor=actor
    )
    client, _secret = api_key_create(
        account=account,
        name=f"{marker} client",
        scopes=["messages:send"],
        actor=actor,
        is_client=True,
    )
    token_issue(client=client, text=f"{marker} token", scopes=["messages:send"], seconds=60)
    audit.record(
        action="test.happened",
        actor=actor,
        account_id=account.pk,
        subject=f"{marker} subject",
        detail={"note": marker},
    )
    program = Program.objects.create(
        account=account, advertiser=advertiser, name=f"{marker} program", code=f"{marker}"[:20]
    )
    policy = policy_set(
        account=account, country="", kind="text", days=30, note=f"{marker} policy", actor=None
    )
    number = number_verified(
        account=account,
        msisdn=f"8491{serial():07d}",
        source="verification",
        note=f"{marker} phone",
        actor=actor,
    )
    TrialDay.objects.create(account=account, day=clock.now().date(), messages=1)
    return {
        "compliance.verifiednumber": number,
        "compliance.datatransfer": transfer_note(
            account=account,
            what="test.export",
            country="VN",
            recipient=f"{marker} recipient",
            actor=actor,
        ),
        "compliance.retentionpolicy": policy,
        "compliance.program": program,
        "compliance.consentrecord": ConsentRecord.objects.get(pk=record.pk),
        "compliance.ledgerdigest": LedgerDigest.objects.create(
            account=account,
            day=clock.now().date(),
            body=json.dumps({"chains": {"consent": {"link": 1, "digest": f"{marker} digest"}}}),
            signature=f"{marker} signature",
            public_key=f"{marker} key",
            made_at=clock.now(),
        ),
        "compliance.consentstate": ConsentState.objects.get(record=record),
        "compliance.contentrule": rule,
        "compliance.suppression": Suppression.objects.get(pk=suppression.pk),
        "compliance.suppressionimport": suppression_import,
        "compliance.suppressionpolicy": bounce_policy,
        "compliance.apikey": key,
        "compliance.oauthclient": OAuthClient.objects.get(pk=client.pk),
        "compliance.auditentry": AuditEntry.objects.filter(subject=f"{marker} subject").latest(
            "pk"
        ),
    }


def _own_rules(account: Account, advertiser: Advertiser, marker: str, actor: User) -> Things:
    own = AccountRuleValues(
        kind="cap",
        params={"key": "advertiser", "limit": 1, "hours": 24},
        country="VN",
        message_classes=["marketing"],
        note=f"{marker} note",
        advertiser=advertiser,
    )
    today = clock.now().date()
    exception = RuleException.objects.create(
        account=account,
        advertiser=advertiser,
        country="VN",
        rule_id="zz.consent",
        first_day=today,
        last_day=today + timedelta(days=20),
        reason=f"{marker} reason",
        asked_by=actor,
        asked_at=clock.now(),
    )
    return {
        "compliance.accountrule": account_rule_create(account=account, values=own, actor=None),
        "compliance.ruleexception": exception,
    }


def _texts(account: Account, advertiser: Advertiser, marker: str, actor: User) -> Things:
    network = Network.objects.first() or make_network("viettel")
    sender = make_sender(
        account, advertiser=advertiser, kind="alphanumeric", address=marker, registered=(network,)
    )
    template = make_template(account, advertiser=advertiser, name=f"{marker} template")
    version = make_template_version(
        template=template, body=f"{marker} text", author=actor, status=VersionStatus.APPROVED
    )
    registration = sender.registrations.first()
    assert registration is not None
    registration.reference = f"{marker} reference"
    registration.save()
    (registered,) = registrations_record(
        version=version,
        networks=[network],
        state="registered",
        reference=f"{marker} template reference",
        actor=None,
    )
    certificate = make_certificate(sender, reference=f"{marker} certificate")
    program = paper_save(
        paper=SenderProgram(sender=sender, name=f"{marker} program", help_text=f"{marker} help"),
        actor=None,
        reason=f"{marker} step",
    )
    file = document_attach(
        sender=sender, paper=certificate, name=f"{marker}.txt", content=marker.encode(), actor=None
    )
    notice = SenderNotice.objects.create(
        sender=sender,
        kind="certificate",
        paper_id=certificate.pk,
        ends_on=clock.now().date(),
        days_before=1,
        told_at=clock.now(),
    )
    pool = SenderPool.objects.create(account=account, name=f"{marker} pool", country="VN")
    member = SenderPoolMember.objects.create(pool=pool, sender=sender)
    fallback = SenderFallback.objects.create(
        account=account, sender=sender, causes=["no_route"], to_pool=pool
    )
    return {
        "routing.senderpool": pool,
        "routing.senderpoolmember": member,
        "routing.senderfallback": fallback,
        "routing.stickysender": StickySender.objects.create(
            pool=pool, msisdn=f"8490{serial():07d}", sender=sender, day=20_000
        ),
        "routing.sendercertificate": certificate,
        "routing.senderdocument": file,
        "routing.sendernotice": notice,
        "routing.senderprogram": program,
        "routing.senderstep": sender.steps.latest("pk"),
        "compliance.document": file.document,
        "messaging.templateregistration": registered,
        "routing.sender": sender,
        "routing.senderregistration": registration,
        "messaging.template": template,
        "messaging.templateversion": version,
    }


def _traffic(account: Account, advertiser: Advertiser, marker: str, things: Things) -> Things:
    message = make_message(
        account,
        advertiser=advertiser,
        sender=things["routing.sender"],
        template_version=things["messaging.templateversion"],
        text=f"{marker} message",
        client_reference=f"{marker} reference",
    )
    endpoint = make_webhook(account, url=f"https://hooks.example.com/{marker}")
    event = Event.objects.create(
        id=uuid7(),
        account=account,
        sequence=1,
        type="message.sent",
        message_id=message.pk,
        at=clock.now(),
        body=f'{{"note": "{marker}"}}',
    )
    delivery = WebhookDelivery.objects.create(
        endpoint=endpoint,
        event_id=event.pk,
        sequence=1,
        type="message.sent",
        last_error=f"{marker} error",
    )
    reply = make_inbound(account, text=f"{marker} reply", sender=things["routing.sender"])
    rule = KeywordRule.objects.create(
        account=account,
        name=f"{marker} keywords",
        words=[f"{marker}"],
        actions=[{"do": "escalate", "note": f"{marker} note"}],
    )
    asked = KeywordQuestion.objects.create(
        account=account,
        sender=things["routing.sender"],
        rule=rule,
        rule_name=rule.name,
        msisdn=reply.msisdn,
        message=reply,
        question={"template": f"{marker}", "answers": [{"name": "yes", "words": ["1"]}]},
        asked_id=message.pk,
        asked_at=clock.now(),
        due_at=clock.now(),
    )
    hit = KeywordHit.objects.create(
        account=account,
        rule=rule,
        rule_name=rule.name,
        message=reply,
        question=asked,
        sender=things["routing.sender"],
        msisdn=reply.msisdn,
        outcome="acted",
        matched=f"{marker}",
        created_at=clock.now(),
    )
    return _talks(account, advertiser, marker, things) | {
        "messaging.message": message,
        "messaging.inboundmessage": reply,
        "messaging.keywordhit": hit,
        "messaging.keywordquestion": asked,
        "messaging.keywordrule": rule,
        "messaging.refusalreview": make_review(reply, advertiser, phrase=f"{marker} phrase"),
        "messaging.webhookendpoint": endpoint,
        "messaging.event": event,
        "messaging.policytrial": PolicyTrial.objects.create(
            account=account,
            account_rule=things["compliance.accountrule"],
            status="failed",
            error=f"{marker} trouble",
            first_at=clock.now(),
            last_at=clock.now(),
            started_at=clock.now(),
            progress_at=clock.now(),
        ),
        "messaging.webhookdelivery": delivery,
    }


def _verifications(account: Account, marker: str, things: Things) -> Things:
    """One of each that a service has; the shield's words hold the marker."""
    now = clock.now()
    soon = now + timedelta(hours=1)
    service = VerificationService.objects.create(
        account=account,
        name=f"{marker} service",
        slug=f"{marker}-service".lower(),
        sender=things["routing.sender"],
        countries=["VN"],
    )
    verification = Verification.objects.create(
        account=account,
        service=service,
        msisdn=f"8490{serial():07d}",
        country="VN",
        status="pending",
        code_length=6,
        lifetime_seconds=300,
        max_checks=5,
        sender_address=marker,
        template_slug=f"{marker}-template"[:50],
        client_reference=f"{marker} verification",
        device=f"{marker} device",
        expires_at=soon,
        created_at=now,
    )
    stat = VerificationStat.objects.create(
        account=account, service=service, hour=now, country="VN", block=f"8490{serial():03d}"
    )
    return {
        "messaging.verificationservice": service,
        "messaging.verificationtext": VerificationText.objects.create(
            service=service, locale="vi", template=things["messaging.template"]
        ),
        "messaging.verification": verification,
        "messaging.verificationsend": VerificationSend.objects.create(
            verification=verification,
            number=1,
            message_id=things["messaging.message"].pk,
            at=now,
        ),
        "messaging.verificationcheck": VerificationCheck.objects.create(
            verification=verification, number=1, result="wrong", at=now
        ),
        "messaging.verificationstat": stat,
        "messaging.shieldrule": ShieldRule.objects.create(
            account=account, service=service, country="VN", mode="filter", reason=f"{marker} why"
        ),
        "messaging.verificationhold": VerificationHold.objects.create(
            account=account,
            service=service,
            country="VN",
            prefix=f"8490{serial():03d}",
            cause="by_hand",
            reason=f"{marker} hold",
            placed_at=now,
            until=soon,
        ),
        "messaging.verificationoverride": VerificationOverride.objects.create(
            account=account, prefix="8490", reason=f"{marker} word", until=soon, created_at=now
        ),
    }


def _talks(account: Account, advertiser: Advertiser, marker: str, things: Things) -> Things:
    now = clock.now()
    conversation = Conversation.objects.create(
        account=account,
        advertiser=advertiser,
        sender=things["routing.sender"],
        msisdn=f"8490{serial():07d}",
        last_at=now,
        opened_at=now,
        waiting_since=now,
        unread_count=1,
    )
    return {
        "messaging.conversation": conversation,
        "messaging.conversationentry": ConversationEntry.objects.create(
            conversation=conversation, account=account, kind="note", at=now, text=f"{marker} note"
        ),
        "messaging.conversationwait": ConversationWait.objects.create(
            conversation=conversation,
            account=account,
            sender=things["routing.sender"],
            started_at=now,
        ),
        "messaging.responserule": ResponseRule.objects.create(
            account=account, sender=things["routing.sender"], limit_minutes=30
        ),
    }


def _audience(account: Account, advertiser: Advertiser, marker: str, things: Things) -> Things:
    contact = make_contact(account, name=f"{marker} person")
    contact_list = make_list(account, (contact,), name=f"{marker} list")
    campaign = make_campaign(
        account,
        name=f"{marker} campaign",
        contact_list=contact_list,
        sender=things["routing.sender"],
        template_version=things["messaging.templateversion"],
    )
    contact_import = ContactImport.objects.create(
        token=uuid7(),
        account=account,
        contact_list=contact_list,
        file=f"imports/{marker}.csv",
        file_name=f"{marker}.csv",
        created_at=clock.now(),
        consent_advertiser=advertiser,
    )
    request = request_open(
        account=account,
        msisdn=contact.msisdn,
        kind="erasure",
        asked_on=clock.now().date(),
        note=f"{marker} wish",
        actor=None,
    )
    bad_line = BadLine.objects.create(
        contact_import=contact_import, line=1, code="x", content=marker
    )
    entry = AudienceEntry.objects.create(
        campaign=campaign, contact=contact, msisdn=contact.msisdn, outcome="excluded", detail=marker
    )
    return {
        "campaigns.contact": contact,
        "campaigns.contactlist": contact_list,
        "campaigns.listmembership": ListMembership.objects.get(contact=contact),
        "campaigns.campaign": campaign,
        "campaigns.contactimport": contact_import,
        "campaigns.badline": bad_line,
        "campaigns.personrequest": request,
        "campaigns.audienceentry": entry,
    }


def _triggers(account: Account, marker: str, actor: User) -> Things:
    source = TriggerSource.objects.create(
        account=account,
        name=f"{marker} shop",
        key=f"tr_{marker}",
        secret=f"{marker} secret",
        refused_at=clock.now(),
        refused_code=f"{marker} code",
    )
    mapping = TriggerMapping.objects.create(
        source=source,
        name=f"{marker} mapping",
        sample=json.dumps({"type": "paid", "note": f"{marker} sample"}),
        created_by=actor,
    )
    spec = {
        "events": [f"{marker} event"],
        "number": "$.phone",
        "from": marker,
        "template": f"{marker}-template",
        "slots": {"note": {"text": f"{marker} value"}},
    }
    version = TriggerVersion.objects.create(
        mapping=mapping, number=1, status="active", spec=spec, created_at=clock.now()
    )
    event = TriggerEvent.objects.create(
        id=uuid7(),
        source=source,
        name=f"{marker} event",
        received_at=clock.now(),
        ran_at=clock.now(),
        result="failed",
        reason="value_missing",
        reason_params={"path": f"$.{marker}"},
        steps=[
            {
                "mapping": mapping.pk,
                "name": mapping.name,
                "version": 1,
                "outcome": "refused",
                "code": "value_missing",
                "place": "number",
                "params": {"path": f"$.{marker}"},
            }
        ],
        body=json.dumps({"note": f"{marker} body"}),
        body_until=clock.now() + timedelta(days=1),
    )
    key_claim(
        source_id=source.pk,
        mapping_id=0,
        key=marker,
        event_id=event.pk,
        now=clock.now(),
        hours=1,
        is_test=False,
    )
    return {
        "campaigns.triggersource": source,
        "campaigns.triggermapping": mapping,
        "campaigns.triggerversion": version,
        "campaigns.triggerevent": event,
        "campaigns.triggerkey": TriggerKey.objects.get(event_id=event.pk),
    }
