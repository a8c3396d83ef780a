"""Rules of the demo that are on their way: a draft that waits for approval, an account's own rule
with its trial on past traffic, an exception that ends soon, a register's list, what is kept how long.

Nothing of it bites on the day of the demo.
"""

import copy
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.core.files import File

from compliance.constants import DataKind
from compliance.models import Account, Register, RulePackVersion, User
from compliance.selectors.registers import DO_NOT_CALL
from compliance.selectors.rules import rulebook
from compliance.services.account_rules import AccountRuleValues, account_rule_create
from compliance.services.ledger_digests import digests_write
from compliance.services.registers import (
    SnapshotValues,
    register_load,
    snapshot_start,
    snapshot_upload,
)
from compliance.services.retention.policies import policy_set
from compliance.services.rule_drafts import rule_pack_change, rule_pack_draft
from compliance.services.rule_exceptions import (
    Evidence,
    ExceptionValues,
    rule_exception_ask,
    rule_exception_confirm,
)
from compliance.services.rules import rule_pack_submit
from config.common import clock
from config.demo import persons, world
from config.demo.sheets import sheet
from messaging.constants import Origin
from messaging.selectors.snapshot import snapshots
from messaging.services.submissions import MessageRequest, messages_submit
from messaging.services.trials.runs import trial_execute, trial_start

_HOURS_WHY = "Complaints about messages before eight and after nine: shorter hours for everybody"
_LATER = {"T07:00": "T08:00", "T22:00": "T21:00"}


def rules_build() -> None:
    """Makes all of it."""
    home, second = (Account.objects.get(slug=spec["slug"]) for spec in world.ACCOUNTS)
    officer = User.objects.get(username=world.REVIEWERS[home.slug])
    _register()
    _draft(officer)
    _exception(home, officer)
    _retention(home, officer)
    _own_rule(second, User.objects.get(username=world.REVIEWERS[second.slug]))
    digests_write()


def _register() -> None:
    """A list of the register with a few invented numbers."""
    operator = User.objects.get(username="operator")
    lines = ["number,flags", *(f"{number},{flags}" for number, flags in persons.REGISTERED)]
    content = ("\n".join(lines) + "\n").encode()
    register, _is_new = Register.objects.get_or_create(
        country="VN", key=DO_NOT_CALL, defaults={"name": "Do-Not-Call list 5656"}
    )
    loaded = snapshot_upload(
        register=register,
        file=File(BytesIO(content), name=persons.REGISTER_FILE),
        file_name=persons.REGISTER_FILE,
        values=SnapshotValues(persons.REGISTER_LIST, clock.now() - timedelta(hours=5)),
        actor=operator,
    )
    snapshot_start(snapshot=loaded, actor=operator)
    register_load(loaded.pk)


def _draft(officer: User) -> None:
    """Vietnam's advertising hours one hour shorter at both ends, with the cases that say so."""
    present = RulePackVersion.objects.get(country="VN", status=RulePackVersion.Status.ACTIVE)
    draft = rule_pack_draft(based_on=present, actor=officer, reason=_HOURS_WHY)
    document: dict[str, Any] = copy.deepcopy(draft.data)
    for rule in document["rules"]:
        if rule["id"] == "vn.ads.hours":
            rule["params"]["spans"] = [{"from": "08:00", "to": "21:00"}]
    for example in document["examples"]:
        for name in ("until", "close_at"):
            if name in example["expect"]:
                example["expect"][name] = _shorter(example["expect"][name])
    rule_pack_change(
        version=draft,
        document=document,
        actor=officer,
        checksum=draft.checksum,
        what="Hours of advertising, and the cases about them",
    )
    draft.refresh_from_db()
    rule_pack_submit(version=draft, actor=officer, reason=_HOURS_WHY)


def _shorter(moment: str) -> str:
    for long, short in _LATER.items():
        moment = moment.replace(long, short)
    return moment


def _exception(account: Account, officer: User) -> None:
    """Asked by the officer, confirmed by the administrator, over in nine days."""
    today = rulebook().rules_for("VN", clock.now()).on
    asked = rule_exception_ask(
        account=account,
        values=ExceptionValues(
            country="VN",
            rule_id="vn.ads.segments",
            first_day=today,
            last_day=today + timedelta(days=9),
            reason="The networks agreed to longer messages for the anniversary (annex 3)",
        ),
        evidence=[Evidence("annex-3.pdf", sheet("Annex 3: longer messages (demo)"))],
        actor=officer,
    )
    rule_exception_confirm(
        exception=asked, actor=User.objects.get(username="administrator"), note="Annex 3 was read"
    )


def _retention(account: Account, officer: User) -> None:
    policy_set(
        account=account,
        country="VN",
        kind=DataKind.REPLY_TEXT,
        days=365,
        note="Customer care answers questions about a year's purchases",
        actor=officer,
    )


def _own_rule(account: Account, officer: User) -> None:
    """Narrower hours from a day to come, held against what was sent before."""
    rule = account_rule_create(
        account=account,
        values=AccountRuleValues(
            kind="window",
            params={"spans": [{"from": "16:00", "to": "20:00"}]},
            country="US",
            message_classes=["marketing"],
            note="Guests asked for offers in the afternoon only",
            effective_from=rulebook().rules_for("US", clock.now()).on + timedelta(days=14),
        ),
        actor=officer,
    )
    snapshots.forget()
    messages_submit(
        account=account,
        requests=[
            MessageRequest(
                to=number, sender="53849", template="happy-hour", parameters={"name": name}
            )
            for number, name in persons.GUESTS
        ],
        origin=Origin.API,
    )
    snapshots.forget()
    trial = trial_start(account=account, account_rule=rule, days=7, actor=officer)
    trial_execute(trial.pk)
