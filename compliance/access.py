"""Who may do what: roles as data.

A role is held on one account or on the platform (`compliance.constants`). This table says
which actions on which models a role allows there; the way from an object to its account is
in `ACCOUNT_PATHS`. Pure data: nothing here asks the database.
"""

from collections.abc import Mapping

from compliance.constants import ACCOUNT_ROLES, PLATFORM_ROLES, Role

Grants = Mapping[str, frozenset[str]]

VIEW = frozenset({"view"})
ADD = VIEW | {"add"}
EDIT = ADD | {"change"}
ALL = EDIT | {"delete"}

MARKETER: Grants = {
    "campaigns.audienceentry": VIEW,
    "campaigns.badline": VIEW,
    "campaigns.campaign": ALL | {"run"},  # launch, pause, resume, cancel
    "campaigns.contact": ALL,
    "campaigns.contactimport": EDIT,
    "campaigns.contactlist": ALL,
    "campaigns.listmembership": ALL,
    "campaigns.triggerevent": VIEW | {"run"},
    "campaigns.triggermapping": ALL,
    "campaigns.triggersource": VIEW,
    "campaigns.triggerversion": VIEW,
    "compliance.accountrule": VIEW,
    "compliance.advertiser": VIEW,
    "compliance.consentrecord": VIEW,
    "compliance.consentstate": VIEW,
    "compliance.contentrule": VIEW,
    "compliance.program": VIEW,
    "compliance.ruleexception": VIEW,
    "compliance.suppression": ADD,  # taking a person off is everybody's duty; lifting is not
    "compliance.suppressionimport": ADD,
    "messaging.conversation": VIEW | {"handle", "reply"},
    "messaging.conversationentry": VIEW,
    "messaging.conversationwait": VIEW,
    "messaging.inboundmessage": VIEW | {"simulate"},
    "messaging.keywordhit": VIEW,
    "messaging.keywordquestion": VIEW,
    "messaging.keywordrule": ALL,
    "messaging.message": VIEW | {"send", "cancel"},
    "messaging.responserule": ALL,
    "messaging.template": EDIT,
    "messaging.templateregistration": VIEW,
    "messaging.templateversion": EDIT | {"submit"},
    "routing.network": VIEW,
    "routing.sender": VIEW,
    "routing.sendercertificate": VIEW,
    "routing.senderfallback": EDIT,
    "routing.senderpool": EDIT,
    "routing.senderpoolmember": ALL,
    "routing.senderprogram": VIEW,
    "routing.senderregistration": VIEW,
    "routing.senderstep": VIEW,
    "messaging.verification": VIEW,
    "messaging.verificationhold": VIEW,
    "messaging.verificationservice": VIEW,
    "messaging.verificationstat": VIEW,
    "messaging.verificationtext": VIEW,
    "messaging.balance": VIEW,
    "messaging.charge": VIEW,
    "messaging.ledgerentry": VIEW,
}

OFFICER: Grants = {
    "campaigns.audienceentry": VIEW,
    "campaigns.campaign": VIEW,
    "campaigns.contact": VIEW,
    "campaigns.personrequest": ADD | {"carry_out"},
    "campaigns.triggerevent": VIEW,
    "campaigns.triggermapping": VIEW,
    "campaigns.triggersource": VIEW,
    "campaigns.triggerversion": VIEW,
    "compliance.accountrule": ADD | {"end"},
    "compliance.advertiser": VIEW,
    "compliance.auditentry": VIEW,
    "compliance.consentrecord": ADD,
    "compliance.consentstate": VIEW,
    "compliance.contentrule": EDIT,  # those of every account: to read
    "compliance.datatransfer": VIEW,
    "compliance.document": ADD,
    "compliance.ledgerdigest": VIEW,
    "compliance.program": EDIT,
    "compliance.retentionpolicy": ALL,
    "compliance.register": VIEW,
    "compliance.registersnapshot": VIEW,
    "compliance.ruleexception": ADD | {"confirm", "end"},
    "compliance.rulepackversion": EDIT | {"submit"},  # drafts of their own
    "compliance.suppression": ADD | {"lift"},
    "compliance.suppressionimport": ADD | {"undo"},
    "compliance.suppressionpolicy": EDIT,  # the platform's: to read
    "messaging.conversation": VIEW | {"handle", "reply"},
    "messaging.conversationentry": VIEW,
    "messaging.conversationwait": VIEW,
    "messaging.inboundmessage": VIEW,
    "messaging.keywordhit": VIEW,
    "messaging.keywordquestion": VIEW,
    "messaging.keywordrule": VIEW,
    "messaging.message": VIEW | {"prove"},  # proof packs
    "messaging.policytrial": ADD,
    "messaging.responserule": VIEW,
    "messaging.refusalreview": VIEW | {"decide"},
    "messaging.template": VIEW,
    "messaging.templateregistration": EDIT,  # of accounts with agreements of their own
    "messaging.templateversion": VIEW | {"review", "withdraw"},
    "routing.network": VIEW,
    "routing.sender": VIEW,
    # The authority's word is on the certificate itself; a network's word the operators record.
    "routing.sendercertificate": EDIT | {"decide"},
    "routing.senderdocument": VIEW,
    "routing.senderfallback": VIEW,
    "routing.senderpool": VIEW,
    "routing.senderpoolmember": VIEW,
    "routing.senderprogram": EDIT,
    "routing.senderregistration": EDIT,
    "routing.senderstep": VIEW,
    "messaging.shieldrule": EDIT,
    "messaging.verification": VIEW | {"cancel"},
    "messaging.verificationhold": ADD | {"lift"},
    "messaging.verificationoverride": ADD | {"end"},
    "messaging.verificationservice": VIEW,
    "messaging.verificationstat": VIEW,
    "messaging.verificationtext": VIEW,
}

INTEGRATOR: Grants = {
    "campaigns.triggerevent": VIEW | {"run"},
    "campaigns.triggermapping": ALL,
    "campaigns.triggersource": ALL,
    "campaigns.triggerversion": VIEW,
    "compliance.advertiser": VIEW,
    "compliance.apikey": EDIT | {"revoke"},
    "compliance.oauthclient": EDIT | {"revoke"},
    "compliance.verifiednumber": VIEW | {"delete"},
    # By the account's own help desk, through keys that integrators make.
    "messaging.conversation": VIEW | {"handle", "reply"},
    "messaging.conversationentry": VIEW,
    "messaging.conversationwait": VIEW,
    "messaging.event": VIEW,
    "messaging.inboundmessage": VIEW | {"simulate"},
    "messaging.keywordhit": VIEW,
    "messaging.keywordquestion": VIEW,
    "messaging.keywordrule": ALL,
    "messaging.message": VIEW,
    "messaging.responserule": VIEW,
    "messaging.template": VIEW,
    "messaging.templateregistration": VIEW,
    "messaging.templateversion": VIEW,
    "messaging.webhookdelivery": VIEW | {"replay"},
    "messaging.webhookendpoint": ALL,
    "routing.network": VIEW,
    "routing.sender": VIEW,
    "routing.sendercertificate": VIEW,
    "routing.senderfallback": EDIT,
    "routing.senderpool": EDIT,
    "routing.senderpoolmember": ALL,
    "routing.senderprogram": VIEW,
    "routing.senderregistration": VIEW,
    "routing.senderstep": VIEW,
    "messaging.shieldrule": EDIT,
    "messaging.verification": VIEW | {"cancel"},
    "messaging.verificationhold": VIEW,
    "messaging.verificationoverride": VIEW,
    "messaging.verificationservice": EDIT,
    "messaging.verificationstat": VIEW,
    "messaging.verificationtext": ALL,
    "messaging.balance": VIEW,
    "messaging.charge": VIEW,
}

# Operators see traffic by carrier and segment, never what accounts wrote in it: the pages of
# messages and replies leave the texts out for them (messaging.admin.sight). Registering a
# template with a network is their work, so the texts of templates they do read there.
OPERATOR: Grants = {
    "carriers.bind": ALL,
    "carriers.bindlease": VIEW,
    "carriers.bindprobe": ADD,
    "carriers.carrier": ALL,
    "carriers.bindtrace": ADD,
    "carriers.sessionevent": VIEW,
    "carriers.tracedpdu": VIEW,
    "carriers.unknownword": VIEW | {"explain"},
    "compliance.account": VIEW,
    "compliance.advertiser": VIEW,
    "compliance.document": ADD,  # of senders' papers
    "compliance.register": EDIT,
    "compliance.registersnapshot": ADD,
    "compliance.rulepackversion": VIEW,
    "compliance.suppressionimport": ADD | {"undo"},  # files of refusals from networks
    "compliance.suppressionpolicy": VIEW,
    "messaging.inboundmessage": VIEW | {"simulate"},
    "messaging.message": VIEW,
    "messaging.parkedreceipt": VIEW,
    "messaging.routetrial": ADD,
    "messaging.segment": VIEW,
    "messaging.templateregistration": EDIT,
    "messaging.unroutedreply": VIEW | {"decide"},
    "routing.carrierorder": ADD | {"lift"},
    "routing.platformevent": VIEW,
    "routing.routequality": VIEW,
    "routing.temperature": VIEW | {"pin"},
    "routing.temperaturechange": VIEW,
    "routing.lookupday": VIEW,
    "routing.lookuppolicy": ALL,
    "routing.lookupprovider": ALL,
    "routing.network": ALL,
    "routing.networktextrule": ALL,
    "routing.numberimport": ADD | {"change"},
    "routing.numberlookup": VIEW | {"delete"},
    "routing.numberoverride": ALL,
    "routing.numberplan": ALL | {"activate"},
    "routing.numberprefix": ALL,
    "routing.exchangerate": ALL,
    "routing.pricelist": ADD | {"confirm", "undo"},
    "routing.rate": ALL,
    "routing.route": ALL,
    "routing.routepolicy": EDIT | {"activate"},
    "routing.sender": ALL,
    "routing.sendercertificate": EDIT | {"decide"},
    "routing.senderdocument": VIEW,
    "routing.senderfallback": VIEW,
    "routing.senderpool": VIEW,
    "routing.senderpoolmember": VIEW,
    "routing.senderprogram": EDIT | {"decide"},
    "routing.senderregistration": EDIT | {"decide"},
    "routing.senderstep": VIEW,
    "messaging.balance": VIEW,
    "messaging.charge": VIEW,
}

ADMINISTRATOR: Grants = {
    "compliance.account": EDIT,
    "compliance.accountrule": VIEW,
    "compliance.advertiser": ALL,
    "compliance.apikey": ADD | {"change", "revoke"},  # the platform's own; of accounts to revoke
    "compliance.auditentry": VIEW,
    "compliance.contentrule": EDIT,
    "compliance.datatransfer": VIEW,
    "compliance.ledgerdigest": VIEW,
    "compliance.oauthclient": ADD | {"change", "revoke"},
    "compliance.platform": VIEW,
    "compliance.register": EDIT,
    "compliance.registersnapshot": ADD,
    "compliance.retentionpolicy": ALL,
    "compliance.retentionrun": VIEW | {"run"},
    "compliance.ruleexception": VIEW | {"confirm", "end"},
    "compliance.rulepackversion": EDIT | {"submit", "activate"},
    "compliance.suppressionimport": VIEW,
    "compliance.suppressionpolicy": EDIT,
    "compliance.user": EDIT,
    "compliance.verifiednumber": ADD | {"delete"},
    "messaging.policytrial": ADD,
    "django_celery_beat.clockedschedule": ALL,
    "django_celery_beat.crontabschedule": ALL,
    "django_celery_beat.intervalschedule": ALL,
    "django_celery_beat.periodictask": ALL,
    "django_celery_beat.solarschedule": ALL,
    "messaging.balance": VIEW | {"change"},
    "messaging.charge": VIEW,
    "messaging.ledgerentry": ADD,
    "routing.rate": VIEW,
}

ROLE_GRANTS: Mapping[str, Grants] = {
    Role.MARKETER.value: MARKETER,
    Role.OFFICER.value: OFFICER,
    Role.INTEGRATOR.value: INTEGRATOR,
    Role.OPERATOR.value: OPERATOR,
    Role.ADMINISTRATOR.value: ADMINISTRATOR,
}

# From an object to its account, where it is not simply `account`; "" is the object itself.
ACCOUNT_PATHS: Mapping[str, str] = {
    "campaigns.audienceentry": "campaign__account",
    "campaigns.badline": "contact_import__account",
    "campaigns.listmembership": "contact_list__account",
    "campaigns.triggerevent": "source__account",
    "campaigns.triggerkey": "source__account",
    "campaigns.triggermapping": "source__account",
    "campaigns.triggerversion": "mapping__source__account",
    "compliance.account": "",
    "compliance.oauthtoken": "api_key__account",
    "messaging.inboundpart": "message__account",
    "messaging.templateregistration": "version__template__account",
    "messaging.templateversion": "template__account",
    "messaging.verificationcheck": "verification__account",
    "messaging.verificationsend": "verification__account",
    "messaging.verificationtext": "service__account",
    "messaging.webhookdelivery": "endpoint__account",
    "routing.sendercertificate": "sender__account",
    "routing.senderdocument": "sender__account",
    "routing.sendernotice": "sender__account",
    "routing.senderpoolmember": "pool__account",
    "routing.stickysender": "pool__account",
    "routing.senderprogram": "sender__account",
    "routing.senderregistration": "sender__account",
    "routing.senderstep": "sender__account",
}

# Rows without an account are the platform's: whoever may see such rows anywhere may see these.
SHARED_MODELS = frozenset(
    {"compliance.contentrule", "compliance.retentionpolicy", "compliance.suppressionpolicy"}
)

# What belongs to the platform although a column may name an account, or has none at all.
PLATFORM_MODELS = frozenset(
    {
        "carriers.bind",
        "carriers.bindlease",
        "carriers.bindprobe",
        "carriers.carrier",
        "carriers.bindtrace",
        "carriers.sessionevent",
        "carriers.tracedpdu",
        "carriers.unknownword",
        "compliance.platform",
        "compliance.register",
        "compliance.registersnapshot",
        "compliance.retentionrun",
        "compliance.rulepackversion",
        "compliance.user",
        "django_celery_beat.clockedschedule",
        "django_celery_beat.crontabschedule",
        "django_celery_beat.intervalschedule",
        "django_celery_beat.periodictask",
        "django_celery_beat.solarschedule",
        "messaging.parkedreceipt",
        "messaging.routetrial",
        "messaging.segment",
        "messaging.unroutedreply",
        "routing.lookupday",
        "routing.lookuppolicy",
        "routing.lookupprovider",
        "routing.network",
        "routing.networktextrule",
        "routing.numberimport",
        "routing.numberlookup",
        "routing.numberoverride",
        "routing.numberplan",
        "routing.numberprefix",
        "routing.exchangerate",
        "routing.carrierorder",
        "routing.platformevent",
        "routing.priceline",
        "routing.pricelist",
        "routing.rate",
        "routing.route",
        "routing.routepolicy",
        "routing.routequality",
        "routing.temperature",
        "routing.temperaturechange",
    }
)


def permission_of(label: str, action: str) -> str:
    """`("messaging.message", "view")` → `messaging.view_message`, as Django names it."""
    app, model = label.split(".")
    return f"{app}.{action}_{model}"


def _permissions(role: str) -> frozenset[str]:
    return frozenset(
        permission_of(label, action)
        for label, actions in ROLE_GRANTS[role].items()
        for action in actions
    )


PERMISSIONS: Mapping[str, frozenset[str]] = {role: _permissions(role) for role in ROLE_GRANTS}


def roles_granting(permission: str) -> frozenset[str]:
    """The roles that allow `app.action_model`."""
    return frozenset(role for role, allowed in PERMISSIONS.items() if permission in allowed)


def account_path(label: str) -> str | None:
    """The lookup from a model to its account; "" for accounts, None for the platform's."""
    if label in PLATFORM_MODELS:
        return None
    return ACCOUNT_PATHS.get(label, "account")


ACCOUNT_ROLE_NAMES = frozenset(role.value for role in ACCOUNT_ROLES)
PLATFORM_ROLE_NAMES = frozenset(role.value for role in PLATFORM_ROLES)
