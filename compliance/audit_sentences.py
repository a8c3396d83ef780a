"""What each action of the audit log says to a person.

Sentences are only marked here; `compliance.selectors.audit` translates and fills them. `who` is
the person (or what stands for one), `object` the object's present name; other names are taken
from the entry's detail. An action that is not here is shown by its own name: a test sees to it
that every door of the product is.
"""

from collections.abc import Mapping


def gettext_noop(message: str) -> str:
    """Marks a sentence for the catalogues without translating it."""
    return message


_N = gettext_noop
SENTENCES: Mapping[str, str] = {
    # People and keys
    "user.signed_in": _N("%(who)s signed in."),
    "user.signed_out": _N("%(who)s signed out."),
    "user.sign_in_refused": _N("A sign-in was refused: %(username)s."),
    "user.password_changed": _N("%(who)s changed the password of %(object)s."),
    "role.granted": _N("%(who)s gave %(username)s the role “%(role)s”."),
    "role.revoked": _N("%(who)s took the role “%(role)s” from %(username)s."),
    "api_key.created": _N("%(who)s created the API key “%(name)s”."),
    "api_key.changed": _N("%(who)s changed the API key “%(name)s”."),
    "api_key.revoked": _N("%(who)s revoked the API key “%(name)s”."),
    "api_key.new_address": _N("The API key “%(name)s” was used from a new address: %(address)s."),
    # Campaigns
    "campaign.created": _N("%(who)s drafted the campaign “%(object)s”."),
    "campaign.changed": _N("%(who)s changed the campaign “%(object)s”."),
    "campaign.deleted": _N("%(who)s deleted the draft of a campaign, “%(object)s”."),
    "campaign.preflight_requested": _N("%(who)s asked what the campaign “%(object)s” would do."),
    "campaign.launched": _N("%(who)s launched the campaign “%(object)s”."),
    "campaign.unscheduled": _N("%(who)s took the campaign “%(object)s” back before its time."),
    "campaign.started": _N("The campaign “%(object)s” began to send."),
    "campaign.paused": _N("%(who)s paused the campaign “%(object)s”."),
    "campaign.resumed": _N("%(who)s let the campaign “%(object)s” go on."),
    "campaign.canceled": _N("%(who)s canceled the campaign “%(object)s”."),
    "campaign.stopped": _N("The campaign “%(object)s” was stopped: it may not be sent any more."),
    "campaign.completed": _N("The campaign “%(object)s” was completed."),
    "campaign.results_exported": _N("%(who)s downloaded the results of the campaign “%(object)s”."),
    # Contacts
    "contact.created": _N("%(who)s added the contact %(object)s."),
    "contact.changed": _N("%(who)s changed the contact %(object)s."),
    "contact.deleted": _N("%(who)s deleted the contact %(object)s."),
    "list.created": _N("%(who)s made the list “%(object)s”."),
    "list.deleted": _N("%(who)s deleted the list “%(object)s”."),
    "list.filled": _N("%(who)s put contacts on the list “%(object)s”."),
    "import.started": _N("%(who)s started the import “%(object)s”."),
    "import.completed": _N("The import “%(object)s” was completed."),
    "import.canceled": _N("%(who)s canceled the import “%(object)s”."),
    "import.retried": _N("%(who)s started the import “%(object)s” again."),
    "import.bad_lines_downloaded": _N(
        "%(who)s downloaded the lines of the import “%(object)s” that could not be read."
    ),
    # Consent
    "suppression.added": _N("%(who)s put a number on the suppression list."),
    "suppression.lifted": _N("%(who)s lifted a suppression."),
    "suppressions.bounced": _N("Numbers that messages cannot reach were suppressed."),
    "suppressions.expired": _N("Suppressions ended by themselves, at their time."),
    "suppressions.import_started": _N("%(who)s started an import of suppressions, “%(object)s”."),
    "suppressions.import_discarded": _N(
        "%(who)s discarded an import of suppressions, “%(object)s”."
    ),
    "suppressions.imported": _N("A file of suppressions was imported, “%(object)s”."),
    "suppressions.import_undone": _N("%(who)s took a file of suppressions back, “%(object)s”."),
    "suppressionpolicy.made": _N("%(who)s made a suppression policy, “%(object)s”."),
    "suppressionpolicy.changed": _N("%(who)s changed a suppression policy, “%(object)s”."),
    "refusal.confirmed": _N("%(who)s read a reply as a refusal."),
    "refusal.dismissed": _N("%(who)s read a reply as no refusal."),
    "consent.erased": _N("What the consent ledger held about a person was erased."),
    "chain.broken": _N("A chained book does not prove itself: %(object)s."),
    "person_request.opened": _N("%(who)s opened a person's request, “%(object)s”."),
    "person_request.withdrawn": _N("%(who)s withdrew a person's request, “%(object)s”."),
    "register.list_started": _N("%(who)s began to load a list of “%(object)s”."),
    "register.list_in_force": _N("A new list of “%(object)s” came into force."),
    "register.list_discarded": _N("A list of “%(object)s” was discarded."),
    "document.added": _N("%(who)s kept “%(name)s” as evidence."),
    "document.downloaded": _N("%(who)s downloaded the evidence “%(object)s”."),
    "proof.created": _N("%(who)s made a proof pack of %(what)s."),
    "audit.exported": _N("%(who)s downloaded %(rows)s entries of the audit log."),
    # Texts
    "template.created": _N("%(who)s made the template “%(object)s”."),
    "template.changed": _N("%(who)s changed the template “%(object)s”."),
    "template_version.created": _N("%(who)s drafted version %(version)s of “%(template)s”."),
    "template_version.changed": _N(
        "%(who)s changed the draft of version %(version)s of “%(template)s”."
    ),
    "template_version.submitted": _N(
        "%(who)s handed in version %(version)s of “%(template)s” for approval."
    ),
    "template_version.approved": _N("%(who)s approved version %(version)s of “%(template)s”."),
    "template_version.staged": _N(
        "%(who)s approved version %(version)s of “%(template)s” for a later day."
    ),
    "template_version.activated": _N("Version %(version)s of “%(template)s” came into force."),
    "template_version.rejected": _N("%(who)s rejected version %(version)s of “%(template)s”."),
    "template_version.withdrawn": _N("%(who)s withdrew version %(version)s of “%(template)s”."),
    "template_version.retired": _N(
        "Version %(version)s of “%(template)s” was replaced by a newer one."
    ),
    "template_registration.recorded": _N("%(who)s noted the registration of “%(object)s”."),
    "template_registration.changed": _N("%(who)s changed the registration of “%(object)s”."),
    "content_rule.created": _N("%(who)s made the content rule “%(object)s”."),
    "content_rule.changed": _N("%(who)s changed the content rule “%(object)s”."),
    "content_rule.switched_on": _N("%(who)s switched the content rule “%(object)s” on."),
    "content_rule.switched_off": _N("%(who)s switched the content rule “%(object)s” off."),
    "rule_pack.drafted": _N("%(who)s drafted the rule pack %(object)s."),
    "rule_pack.changed": _N("%(who)s changed the draft of the rule pack %(object)s."),
    "rule_pack.submitted": _N("%(who)s handed in the rule pack %(object)s for approval."),
    "rule_pack.approved": _N("%(who)s approved the rule pack %(object)s."),
    "rule_pack.rejected": _N("%(who)s rejected the rule pack %(object)s."),
    "rule_pack.withdrawn": _N("%(who)s withdrew the rule pack %(object)s."),
    "rule_pack.in_force": _N("The rule pack %(object)s came into force."),
    "rule_pack.activation_canceled": _N(
        "%(who)s canceled the day on which the rule pack %(object)s was to come into force."
    ),
    "account_rule.set": _N("%(who)s set a rule for the account: %(object)s."),
    "account_rule.ended": _N("%(who)s ended a rule of the account: %(object)s."),
    "rule_exception.asked": _N("%(who)s asked for an exception from a rule: %(object)s."),
    "rule_exception.confirmed": _N("%(who)s confirmed an exception from a rule: %(object)s."),
    "rule_exception.refused": _N("%(who)s refused an exception from a rule: %(object)s."),
    "rule_exception.ended": _N("%(who)s ended an exception from a rule: %(object)s."),
    "rules.tried": _N("%(who)s tried rules on past traffic."),
    "rules.trial_canceled": _N("%(who)s canceled a trial of rules on past traffic."),
    "retention_policy.set": _N("%(who)s set how long data is kept: %(object)s."),
    "retention_policy.removed": _N(
        "%(who)s removed a policy of how long data is kept: %(object)s."
    ),
    "retention.started": _N("%(who)s began to remove what is past its time."),
    "retention.rehearsed": _N("%(who)s asked what would be removed because it is past its time."),
    "retention.done": _N("What was past its time was removed."),
    "retention.failed": _N("Removing what is past its time failed."),
    "rule_pack.loaded": _N("%(who)s loaded the rule pack %(object)s."),
    "rule_pack.activated": _N("%(who)s put the rule pack %(object)s in force."),
    # Senders
    "sender.added": _N("%(who)s added the sender %(object)s."),
    "sender.changed": _N("%(who)s changed the sender %(object)s."),
    # Integration
    "webhook.created": _N("%(who)s set the webhook %(object)s."),
    "webhook.changed": _N("%(who)s changed the webhook %(object)s."),
    "webhook.rotated": _N("%(who)s gave the webhook %(object)s a new secret."),
    "webhook.deleted": _N("%(who)s deleted the webhook %(object)s."),
    "webhook.test": _N("%(who)s tried the webhook %(object)s."),
    "webhook.replayed": _N("%(who)s had events posted to %(object)s again."),
    "webhook.disabled": _N("The webhook %(object)s was switched off: it kept failing."),
    # Networks
    "number_plan.loaded": _N("%(who)s loaded the number plan %(object)s."),
    "number_plan.copied": _N("%(who)s drafted a number plan, %(object)s."),
    "number_plan.activated": _N("%(who)s put the number plan %(object)s in force."),
    "network_text_rule.loaded": _N("%(who)s loaded the text rule of a network, %(object)s."),
    "reply.simulated": _N("%(who)s simulated a reply."),
    "message.canceled": _N("%(who)s canceled a message."),
}

# Steps of senders' papers: `sender_<paper>.<step>`.
PAPERS: Mapping[str, str] = {
    "certificate": _N("certificate"),
    "lease": _N("lease"),
    "program": _N("program"),
    "registration": _N("registration"),
}
PAPER_STEPS: Mapping[str, str] = {
    "added": _N("%(who)s added the %(paper)s of a sender, %(object)s."),
    "changed": _N("%(who)s changed the %(paper)s of a sender, %(object)s."),
    "draft": _N("%(who)s took the %(paper)s of a sender back to a draft: %(object)s."),
    "submitted": _N("%(who)s submitted the %(paper)s of a sender, %(object)s."),
    "approved": _N("%(who)s noted that the %(paper)s of a sender was approved: %(object)s."),
    "rejected": _N("%(who)s noted that the %(paper)s of a sender was refused: %(object)s."),
    "suspended": _N("%(who)s noted that the %(paper)s of a sender is suspended: %(object)s."),
    "expired": _N("The %(paper)s of a sender expired: %(object)s."),
}

# Whatever is changed on a page of the console by itself: `<model>.<verb>`.
PAGE_SENTENCES: Mapping[str, str] = {
    "created": _N("%(who)s created %(kind)s “%(name)s”."),
    "changed": _N("%(who)s changed %(kind)s “%(name)s”: %(changes)s."),
    "deleted": _N("%(who)s deleted %(kind)s “%(name)s”."),
}

# What an object is called in entries, where that is not its model's name.
KINDS: Mapping[str, str] = {
    "import": "contactimport",
    "list": "contactlist",
    "rulepack": "rulepackversion",
    "webhook": "webhookendpoint",
}
