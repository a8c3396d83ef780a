"""Verifications that are kept: whole books, every night and when somebody asks."""

from collections.abc import Iterator
from datetime import timedelta

from compliance.constants import Chain
from compliance.models import Account, ChainCheck, ChainHead
from compliance.services.chains import verify
from config.common import audit, clock, logs

log = logs.get_logger(__name__)
_NIGHTLY = timedelta(hours=23)


def chain_check(account_id: int | None, chain: str) -> ChainCheck:
    """Verifies a whole book and keeps what was found; a broken one is written to the log and,
    when it is news, to the audit log."""
    before = last_check(account_id, chain)
    found = verify(account_id, chain)
    broken = found.first_broken
    check = ChainCheck.objects.create(
        account_id=account_id,
        chain=chain,
        checked_at=clock.now(),
        links=found.links,
        rows=found.rows,
        erased=found.erased,
        milliseconds=round(found.seconds * 1000),
        broken_link=broken.link if broken else None,
        problem=broken.message[:200] if broken else "",
    )
    if broken:
        log.error(
            "chain is broken",
            extra={"account": account_id, "chain": chain, "link": broken.link, "row": broken.row},
        )
    if broken and (before is None or before.broken_link != broken.link):
        audit.record(
            action="chain.broken",
            actor=None,
            account_id=account_id,
            subject=f"chain:{chain}",
            detail={"link": broken.link, "record": broken.row, "code": broken.code},
        )
    return check


def last_check(account_id: int | None, chain: str) -> ChainCheck | None:
    """The newest verification of a book."""
    found = ChainCheck.objects.filter(account=account_id, chain=chain)
    return found.order_by("-id").first()


def chains_check_due() -> dict[str, int]:
    """Verifies each book that nobody has verified for a day; counts of whole and broken ones."""
    counts = {"whole": 0, "broken": 0}
    for account_id, chain in books():
        last = last_check(account_id, chain)
        if last is None or last.checked_at < clock.now() - _NIGHTLY:
            check = chain_check(account_id, chain)
            counts["whole" if check.broken_link is None else "broken"] += 1
    return counts


def books(slug: str | None = None, chain: str | None = None) -> Iterator[tuple[int | None, str]]:
    """The books there are: (account or None for the platform, chain); `slug` "" is the
    platform. Raises Account.DoesNotExist for an unknown one."""
    found = ChainHead.objects.order_by("account", "chain")
    if slug is not None:
        account_id = Account.objects.get(slug=slug).pk if slug else None
        found = found.filter(account=account_id)
    if chain:
        found = found.filter(chain=Chain(chain).value)
    yield from found.values_list("account_id", "chain")
