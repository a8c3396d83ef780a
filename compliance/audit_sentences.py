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


_ = gettext_noop
SENTENCES: Mapping[str, str] = {
    # People and keys
    "user.signed_in": _("%(who)s signed in."),
    "user.signed_out": _("%(who)s signed out."),
    "user.sign_in_refused": _("A sign-in was refused: %(username)s."),
    "user.password_changed": _("%(who)s changed the password of %(object)s."),
    "role.granted": _("%(who)s gave %(username)s the role “%(role)s”."),
    "role.revoked": _("%(who)s took the role “%(role)s” from %(username)s."),
    "account.trial_begun": _(
        "%(who)s put the account “%(name)s” on trial, with %(limit)s messages a day: %(reason)s."
    ),
    "account.trial_ended": _("%(who)s ended the trial of the account “%(name)s”: %(reason)s."),
    "verified_number.added": _("%(who)s verified the number %(number)s for the trial."),
    "verified_number.removed": _("%(who)s removed the number %(number)s from the trial."),
    "api_key.created": _("%(who)s created the API key “%(name)s”."),
    "api_key.changed": _("%(who)s changed the API key “%(name)s”."),
    "api_key.rotated": _("%(who)s gave the API key “%(name)s” a new secret."),
    "api_key.former_ended": _("%(who)s ended the former secret of the API key “%(name)s”."),
    "api_key.revoked": _("%(who)s revoked the API key “%(name)s”."),
    "api_key.new_address": _("The API key “%(name)s” was used from a new address: %(address)s."),
    # Conversations
    "conversation.answered": _("%(who)s answered in %(object)s."),
    "conversation.assigned_to": _("%(who)s assigned %(object)s to “%(assignee)s”."),
    "conversation.closed_by": _("%(who)s closed %(object)s."),
    "conversation.escalated_to": _(
        "Nobody answered %(object)s in time: it went to “%(assignee)s”."
    ),
    "conversation.noted": _("%(who)s wrote a note in %(object)s."),
    "conversation.reopened": _("%(who)s opened %(object)s again."),
    "response_rule.created": _("%(who)s set a time to answer within: %(limit_minutes)s minutes."),
    "response_rule.changed": _(
        "%(who)s changed the time to answer within to %(limit_minutes)s minutes."
    ),
    "response_rule.deleted": _("%(who)s took away a time to answer within."),
    # Money
    "ledgerentry.top_up": _("%(who)s booked a top-up of %(amount)s %(currency)s."),
    "ledgerentry.adjustment": _(
        "%(who)s booked an adjustment of %(amount)s %(currency)s: %(reason)s."
    ),
    "balance.terms": _("%(who)s changed how the account pays."),
    # Carriers and binds
    "carrier.created": _("%(who)s added the carrier “%(name)s”."),
    "carrier.changed": _("%(who)s changed the carrier “%(name)s”: %(changes)s."),
    "carrier.deleted": _("%(who)s deleted the carrier “%(name)s”."),
    "carrier.drain": _("%(who)s ordered to drain %(object)s: %(reason)s."),
    "carrier.shift": _("%(who)s ordered to shift traffic away from %(object)s: %(reason)s."),
    "carrier.order_ended": _("An order for %(object)s ended."),
    "temperature.pinned": _("%(who)s pinned the temperature of %(object)s: %(reason)s."),
    "temperature.unpinned": _("%(who)s let the temperature of %(object)s go free again."),
    "bind.created": _("%(who)s added the bind “%(name)s”."),
    "bind.changed": _("%(who)s changed the bind “%(name)s”: %(changes)s."),
    "bind.enabled": _("%(who)s switched the bind “%(name)s” on."),
    "bind.tried_again": _("%(who)s let the refused bind “%(name)s” be tried again."),
    "bind.disabled": _("%(who)s switched the bind “%(name)s” off."),
    "bind.deleted": _("%(who)s deleted the bind “%(name)s”."),
    "bind.trace_started": _("%(who)s started a trace of the bind %(object)s: %(reason)s."),
    "bind.trace_stopped": _("%(who)s stopped a trace of the bind %(object)s."),
    "bind.word_explained": _("%(who)s said what “%(word)s” means at the bind %(object)s."),
    "ported_number.put": _("%(who)s said which network the number %(object)s is on."),
    "ported_number.deleted": _("%(who)s took back which network the number %(object)s is on."),
    "ported_numbers.imported": _("%(who)s took ported numbers from the file “%(file)s”."),
    "ported_numbers.dropped": _("%(who)s dropped a file of ported numbers, “%(file)s”."),
    # Tests of binds
    "bind.test_started": _("%(who)s started a test of the bind “%(name)s”."),
    "bind.test_answered": _("%(who)s said what handsets showed in a test of “%(name)s”."),
    "bind.test_canceled": _("%(who)s canceled a test of the bind “%(name)s”."),
    "bind.message_tested": _("%(who)s sent a test message over the bind “%(name)s”."),
    # Events of other platforms
    "triggersource.created": _("%(who)s added the trigger source “%(name)s”."),
    "triggersource.changed": _("%(who)s changed the trigger source “%(name)s”: %(changes)s."),
    "triggersource.rotated": _("%(who)s gave the trigger source “%(name)s” a new secret."),
    "triggersource.deleted": _("%(who)s deleted the trigger source “%(name)s”."),
    "triggermapping.created": _("%(who)s made the mapping “%(name)s” of “%(source)s”."),
    "triggermapping.changed": _("%(who)s changed the mapping “%(name)s”."),
    "triggermapping.switched_on": _("%(who)s switched the mapping “%(name)s” on."),
    "triggermapping.switched_off": _("%(who)s switched the mapping “%(name)s” off."),
    "triggermapping.drafted": _("%(who)s wrote version %(version)s of the mapping “%(name)s”."),
    "triggermapping.discarded": _(
        "%(who)s threw away the draft of version %(version)s of the mapping “%(name)s”."
    ),
    "triggermapping.activated": _(
        "%(who)s made version %(version)s of the mapping “%(name)s” active."
    ),
    "triggermapping.deleted": _("%(who)s deleted the mapping “%(name)s” of “%(source)s”."),
    # Campaigns
    "campaign.created": _("%(who)s drafted the campaign “%(object)s”."),
    "campaign.changed": _("%(who)s changed the campaign “%(object)s”."),
    "campaign.deleted": _("%(who)s deleted the draft of a campaign, “%(object)s”."),
    "campaign.preflight_requested": _("%(who)s asked what the campaign “%(object)s” would do."),
    "campaign.launched": _("%(who)s launched the campaign “%(object)s”."),
    "campaign.unscheduled": _("%(who)s took the campaign “%(object)s” back before its time."),
    "campaign.started": _("The campaign “%(object)s” began to send."),
    "campaign.paused": _("%(who)s paused the campaign “%(object)s”."),
    "campaign.resumed": _("%(who)s let the campaign “%(object)s” go on."),
    "campaign.canceled": _("%(who)s canceled the campaign “%(object)s”."),
    "campaign.stopped": _("The campaign “%(object)s” was stopped by the platform: %(reason)s."),
    "campaign.continued": _("The campaign “%(object)s” went on: there is enough money again."),
    "campaign.completed": _("The campaign “%(object)s” was completed."),
    "campaign.results_exported": _("%(who)s downloaded the results of the campaign “%(object)s”."),
    # Contacts
    "contact.created": _("%(who)s added the contact %(object)s."),
    "contact.changed": _("%(who)s changed the contact %(object)s."),
    "contact.deleted": _("%(who)s deleted the contact %(object)s."),
    "list.created": _("%(who)s made the list “%(object)s”."),
    "list.deleted": _("%(who)s deleted the list “%(object)s”."),
    "list.filled": _("%(who)s put contacts on the list “%(object)s”."),
    "import.started": _("%(who)s started the import “%(object)s”."),
    "import.completed": _("The import “%(object)s” was completed."),
    "import.canceled": _("%(who)s canceled the import “%(object)s”."),
    "import.retried": _("%(who)s started the import “%(object)s” again."),
    "import.bad_lines_downloaded": _(
        "%(who)s downloaded the lines of the import “%(object)s” that could not be read."
    ),
    # Consent
    "suppression.added": _("%(who)s put a number on the suppression list."),
    "suppression.lifted": _("%(who)s lifted a suppression."),
    "suppressions.bounced": _("Numbers that messages cannot reach were suppressed."),
    "suppressions.added": _(
        "%(who)s put numbers on the suppression list that withdrew their consent."
    ),
    "suppressions.expired": _("Suppressions ended by themselves, at their time."),
    "suppressions.import_started": _("%(who)s started an import of suppressions, “%(object)s”."),
    "suppressions.import_discarded": _(
        "%(who)s discarded an import of suppressions, “%(object)s”."
    ),
    "suppressions.imported": _("A file of suppressions was imported, “%(object)s”."),
    "suppressions.import_undone": _("%(who)s took a file of suppressions back, “%(object)s”."),
    "suppressionpolicy.made": _("%(who)s made a suppression policy, “%(object)s”."),
    "suppressionpolicy.changed": _("%(who)s changed a suppression policy, “%(object)s”."),
    "inbound.dismissed": _("%(who)s dismissed a reply that was for nobody."),
    "inbound.restored": _("%(who)s took back that a reply was for nobody."),
    "inbound.routed": _("%(who)s gave a reply that was for nobody to %(sender)s."),
    "refusal.confirmed": _("%(who)s read a reply as a refusal."),
    "refusal.dismissed": _("%(who)s read a reply as no refusal."),
    "consent.erased": _("What the consent ledger held about a person was erased."),
    "chain.broken": _("A chained book does not prove itself: %(object)s."),
    "person_request.opened": _("%(who)s opened a person's request, “%(object)s”."),
    "person_request.withdrawn": _("%(who)s withdrew a person's request, “%(object)s”."),
    "register.list_started": _("%(who)s began to load a list of “%(object)s”."),
    "register.list_in_force": _("A new list of “%(object)s” came into force."),
    "register.list_discarded": _("A list of “%(object)s” was discarded."),
    "document.added": _("%(who)s kept “%(name)s” as evidence."),
    "document.downloaded": _("%(who)s downloaded the evidence “%(object)s”."),
    "proof.created": _("%(who)s made a proof pack of %(what)s."),
    "audit.exported": _("%(who)s downloaded %(rows)s entries of the audit log."),
    # Texts
    "template.created": _("%(who)s made the template “%(object)s”."),
    "template.changed": _("%(who)s changed the template “%(object)s”."),
    "template_version.created": _("%(who)s drafted version %(version)s of “%(template)s”."),
    "template_version.changed": _(
        "%(who)s changed the draft of version %(version)s of “%(template)s”."
    ),
    "template_version.submitted": _(
        "%(who)s handed in version %(version)s of “%(template)s” for approval."
    ),
    "template_version.approved": _("%(who)s approved version %(version)s of “%(template)s”."),
    "template_version.staged": _(
        "%(who)s approved version %(version)s of “%(template)s” for a later day."
    ),
    "template_version.activated": _("Version %(version)s of “%(template)s” came into force."),
    "template_version.rejected": _("%(who)s rejected version %(version)s of “%(template)s”."),
    "template_version.withdrawn": _("%(who)s withdrew version %(version)s of “%(template)s”."),
    "template_version.retired": _(
        "Version %(version)s of “%(template)s” was replaced by a newer one."
    ),
    "template_registration.recorded": _("%(who)s noted the registration of “%(object)s”."),
    "template_registration.changed": _("%(who)s changed the registration of “%(object)s”."),
    "content_rule.created": _("%(who)s made the content rule “%(object)s”."),
    "content_rule.changed": _("%(who)s changed the content rule “%(object)s”."),
    "content_rule.switched_on": _("%(who)s switched the content rule “%(object)s” on."),
    "content_rule.switched_off": _("%(who)s switched the content rule “%(object)s” off."),
    "rule_pack.drafted": _("%(who)s drafted the rule pack %(object)s."),
    "rule_pack.changed": _("%(who)s changed the draft of the rule pack %(object)s."),
    "rule_pack.submitted": _("%(who)s handed in the rule pack %(object)s for approval."),
    "rule_pack.approved": _("%(who)s approved the rule pack %(object)s."),
    "rule_pack.rejected": _("%(who)s rejected the rule pack %(object)s."),
    "rule_pack.withdrawn": _("%(who)s withdrew the rule pack %(object)s."),
    "rule_pack.in_force": _("The rule pack %(object)s came into force."),
    "rule_pack.activation_canceled": _(
        "%(who)s canceled the day on which the rule pack %(object)s was to come into force."
    ),
    "account_rule.set": _("%(who)s set a rule for the account: %(object)s."),
    "account_rule.ended": _("%(who)s ended a rule of the account: %(object)s."),
    "rule_exception.asked": _("%(who)s asked for an exception from a rule: %(object)s."),
    "rule_exception.confirmed": _("%(who)s confirmed an exception from a rule: %(object)s."),
    "rule_exception.refused": _("%(who)s refused an exception from a rule: %(object)s."),
    "rule_exception.ended": _("%(who)s ended an exception from a rule: %(object)s."),
    "rules.tried": _("%(who)s tried rules on past traffic."),
    "rules.trial_canceled": _("%(who)s canceled a trial of rules on past traffic."),
    "retention_policy.set": _("%(who)s set how long data is kept: %(object)s."),
    "retention_policy.removed": _("%(who)s removed a policy of how long data is kept: %(object)s."),
    "retention.started": _("%(who)s began to remove what is past its time."),
    "retention.rehearsed": _("%(who)s asked what would be removed because it is past its time."),
    "retention.done": _("What was past its time was removed."),
    "retention.failed": _("Removing what is past its time failed."),
    "rule_pack.loaded": _("%(who)s loaded the rule pack %(object)s."),
    "rule_pack.activated": _("%(who)s put the rule pack %(object)s in force."),
    # Senders
    "sender.added": _("%(who)s added the sender %(object)s."),
    "sender.changed": _("%(who)s changed the sender %(object)s."),
    # Integration
    "verification.canceled": _("%(who)s canceled a verification."),
    "verificationhold.lifted": _("%(who)s lifted the hold on %(object)s: %(reason)s."),
    "verificationoverride.ended": _("%(who)s ended the shield override of %(object)s."),
    "webhook.created": _("%(who)s set the webhook %(object)s."),
    "webhook.changed": _("%(who)s changed the webhook %(object)s."),
    "webhook.rotated": _("%(who)s gave the webhook %(object)s a new secret."),
    "webhook.deleted": _("%(who)s deleted the webhook %(object)s."),
    "webhook.test": _("%(who)s tried the webhook %(object)s."),
    "webhook.replayed": _("%(who)s had events posted to %(object)s again."),
    "webhook.disabled": _("The webhook %(object)s was switched off: it kept failing."),
    # Networks
    "number_plan.loaded": _("%(who)s loaded the number plan %(object)s."),
    "number_plan.copied": _("%(who)s drafted a number plan, %(object)s."),
    "number_plan.activated": _("%(who)s put the number plan %(object)s in force."),
    "network_text_rule.loaded": _("%(who)s loaded the text rule of a network, %(object)s."),
    # Routing
    "route.put": _("%(who)s changed the route “%(name)s” in routing version %(version)s."),
    "route.removed": _("%(who)s removed the route “%(name)s” from routing version %(version)s."),
    "route_policy.drafted": _("%(who)s drafted routing version %(version)s."),
    "route_policy.changed": _("%(who)s changed the draft of routing version %(version)s."),
    "route_policy.discarded": _("%(who)s discarded the draft of routing version %(version)s."),
    "route_policy.activated": _("%(who)s put routing version %(version)s in force."),
    "route_policy.scheduled": _(
        "%(who)s had routing version %(version)s come into force at %(at)s."
    ),
    "route_policy.unscheduled": _(
        "%(who)s canceled the time at which routing version %(version)s was to come into force."
    ),
    "route_policy.in_force": _("Routing version %(version)s came into force."),
    "route_policy.tried": _("%(who)s tried routing version %(version)s on past traffic."),
    "route_policy.trial_canceled": _("%(who)s canceled a trial of a routing version."),
    "price_list.uploaded": _("%(who)s uploaded the price list “%(name)s”."),
    "price_list.confirmed": _("%(who)s confirmed the price list “%(name)s”."),
    "price_list.discarded": _("%(who)s discarded the price list “%(name)s”."),
    "price_list.undone": _("%(who)s took the price list “%(name)s” back."),
    "reply.simulated": _("%(who)s simulated a reply."),
    "message.canceled": _("%(who)s canceled a message."),
}

# Steps of senders' papers: `sender_<paper>.<step>`.
PAPERS: Mapping[str, str] = {
    "certificate": _("certificate"),
    "lease": _("lease"),
    "program": _("program"),
    "registration": _("registration"),
}
PAPER_STEPS: Mapping[str, str] = {
    "added": _("%(who)s added the %(paper)s of a sender, %(object)s."),
    "changed": _("%(who)s changed the %(paper)s of a sender, %(object)s."),
    "draft": _("%(who)s took the %(paper)s of a sender back to a draft: %(object)s."),
    "submitted": _("%(who)s submitted the %(paper)s of a sender, %(object)s."),
    "approved": _("%(who)s noted that the %(paper)s of a sender was approved: %(object)s."),
    "rejected": _("%(who)s noted that the %(paper)s of a sender was refused: %(object)s."),
    "suspended": _("%(who)s noted that the %(paper)s of a sender is suspended: %(object)s."),
    "expired": _("The %(paper)s of a sender expired: %(object)s."),
}

# Whatever is changed on a page of the console by itself: `<model>.<verb>`.
PAGE_SENTENCES: Mapping[str, str] = {
    "created": _("%(who)s created %(kind)s “%(name)s”."),
    "changed": _("%(who)s changed %(kind)s “%(name)s”: %(changes)s."),
    "deleted": _("%(who)s deleted %(kind)s “%(name)s”."),
}

# What an object is called in entries, where that is not its model's name.
KINDS: Mapping[str, str] = {
    "import": "contactimport",
    "list": "contactlist",
    "rulepack": "rulepackversion",
    "webhook": "webhookendpoint",
}
