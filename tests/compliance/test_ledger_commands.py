"""Digests that are kept outside, and the commands that check the books against them."""

import json
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection

from compliance import signing
from compliance.models import AuditEntry, ChainCheck, ConsentState, LedgerDigest
from compliance.services.chain_checks import chain_check, chains_check_due
from compliance.services.consent import consent_record
from compliance.services.ledger_digests import digest_file, digest_read, digests_write
from config.common import clock
from config.common.errors import InvalidError
from tests.compliance.test_chains import agree, commit, run, superuser
from tests.world import World

pytestmark = pytest.mark.django_db
STRANGER = "A" * 43 + "="


def ran(command: str, *arguments: str) -> str:
    out = StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def kept(world: World, tmp_path: Path) -> Path:
    """A downloaded digest of two links."""
    agree(world)
    agree(world, 2)
    digests_write()
    digest = LedgerDigest.objects.get(account=world.account)
    path = tmp_path / "digest.json"
    path.write_bytes(digest_file(digest)[1])
    return path


def test_whole_books_are_said_so(world: World, kept: Path) -> None:
    assert "WHOLE" in ran("verify_ledger", "--account", "sao-mai", "--chain", "consent")
    assert "2 links" in ran("verify_ledger", "--digest", str(kept), "--chain", "consent")
    assert ran("verify_ledger", "--account", "platform").count("WHOLE") <= 2


def test_the_first_broken_link_is_named_and_the_command_fails(world: World, kept: Path) -> None:
    with superuser():
        run("UPDATE compliance_consentrecord SET action = 'revoked'")
    out = StringIO()
    with pytest.raises(CommandError, match="1 of the books"):
        call_command("verify_ledger", "--account", "sao-mai", stdout=out)
    assert "BROKEN" in out.getvalue()
    assert "link 1:" in out.getvalue()


def test_links_missing_since_a_digest_are_named(world: World, kept: Path) -> None:
    with superuser():
        run("DELETE FROM compliance_consentstate")
        run("DELETE FROM compliance_consentrecord")
        run("DELETE FROM compliance_chainlink WHERE chain = 'consent'")
    run("DELETE FROM compliance_chainhead WHERE chain = 'consent'")
    assert "WHOLE" in ran("verify_ledger", "--account", "sao-mai")
    with pytest.raises(CommandError):
        ran("verify_ledger", "--digest", str(kept))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"signature": "A" * 88}, "digest_changed"),
        ({"public_key": STRANGER}, "digest_key_unknown"),
        ({"format": "else"}, "digest_unread"),
        ({"body": "[]"}, "digest_unread"),
    ],
)
def test_a_digest_that_is_not_ours_is_refused(
    kept: Path, change: dict[str, str], code: str
) -> None:
    content = json.dumps(json.loads(kept.read_text()) | change).encode()
    with pytest.raises(InvalidError) as refused:
        digest_read(content)
    assert refused.value.code == code


def test_a_body_that_was_changed_is_refused(kept: Path) -> None:
    outer = json.loads(kept.read_text())
    outer["body"] = outer["body"].replace('"link": 2', '"link": 1')
    with pytest.raises(InvalidError, match="signature"):
        digest_read(json.dumps(outer).encode())


def test_old_keys_are_known_after_a_rotation(kept: Path, settings: Any) -> None:
    old = signing.known_public_keys()[0]
    settings.LEDGER_SIGNING_KEYS = ["B" * 43 + "="]
    with pytest.raises(InvalidError):
        digest_read(kept.read_bytes())
    settings.LEDGER_PUBLIC_KEYS = [old]
    assert digest_read(kept.read_bytes()).public_key == old


def test_one_digest_a_day_and_it_is_sent(
    world: World, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.LEDGER_DIGEST_RECIPIENTS = ["law@example.com"]
    agree(world)
    with django_capture_on_commit_callbacks(execute=True):
        written = digests_write()
    assert written == LedgerDigest.objects.count() >= 2, "the platform's and the account's"
    assert len(mail.outbox[0].attachments) == written
    assert digests_write() == 0
    assert digests_write(date(2027, 1, 1)) == written


def test_books_are_checked_once_a_day_and_a_broken_one_is_told(world: World) -> None:
    agree(world)
    assert chains_check_due()["broken"] == 0
    assert chains_check_due() == {"whole": 0, "broken": 0}
    with superuser():
        run("UPDATE compliance_consentrecord SET action = 'revoked'")
    with clock.freeze(clock.now() + timedelta(days=1)):
        assert chains_check_due()["broken"] == 1
    chain_check(world.account.pk, "consent")
    assert AuditEntry.objects.filter(action="chain.broken").count() == 1, "told once"
    newest = ChainCheck.objects.filter(chain="consent").order_by("-id")[0]
    assert (newest.broken_link, "changed" in newest.problem) == (1, True)


def test_rebuilding_tells_and_mends(world: World) -> None:
    consent_record(
        account=world.account, advertiser=world.advertiser, msisdn="84912345678", purpose="all",
        action="granted", method="form", actor=None,
    )  # fmt: skip
    commit()
    assert "0 missing" in ran("rebuild_consent", "--check")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE compliance_consentstate SET state = 'revoked'")
    with pytest.raises(CommandError, match="1 other"):
        ran("rebuild_consent", "--check", "--account", "sao-mai")
    assert "1 other" in ran("rebuild_consent")
    assert ConsentState.objects.get().state == "granted"
    with pytest.raises(CommandError, match="short name"):
        ran("rebuild_consent", "--account", "nobody")
