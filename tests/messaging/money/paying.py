"""Accounts that pay, and what they send: for tests of money."""

from messaging.models import Balance, Message
from messaging.selectors.money.reconciling import money_reconcile
from messaging.services.money import BillingTerms, billing_set, deltas_fold, ledger_top_up
from messaging.services.submissions import Accepted, MessageRequest, Rejected, messages_submit
from tests.factories import make_account
from tests.messaging.hot import Line, make_line

PRICE = 300_000_000  # of one segment, in millionths


def make_payer(messages: int | None = None, **terms) -> Line:
    """An account with prepaid credit for so many messages, or with other terms, and its way out."""
    line = make_line(make_account(free_text_classes=["care"]))
    mode = terms.pop("mode", "prepaid")
    billing_set(account=line.account, terms=BillingTerms(mode, **terms), actor=None)
    if messages:
        ledger_top_up(account=line.account, amount_micros=messages * PRICE, actor=None)
    return line


def requests(line: Line, count: int, *, first: int = 0, **values) -> list[MessageRequest]:
    """So many messages of one segment, to numbers one after the other."""
    wanted = {
        "sender": line.sender.address,
        "message_class": "care",
        "text": "Your order is on its way.",
    } | values
    return [MessageRequest(to=f"+8498{first + number:07d}", **wanted) for number in range(count)]


def submit(line: Line, count: int = 1, **values) -> list[Accepted | Rejected]:
    return messages_submit(
        account=line.account, requests=requests(line, count, **values), origin="api"
    )


def codes(results: list[Accepted | Rejected]) -> list[str]:
    """Of each result the error's code; nothing where it was accepted."""
    return [one.error.code if isinstance(one, Rejected) else "" for one in results]


def balance(line: Line) -> Balance:
    """Up to date."""
    deltas_fold()
    return Balance.objects.get(pk=line.account.pk)


def differences() -> list[str]:
    """Outside of a transaction."""
    return [str(one) for one in money_reconcile().differences]


def stored(line: Line) -> int:
    return Message.objects.filter(account=line.account).count()
