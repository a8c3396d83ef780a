"""Facts cannot be changed by any path: the database itself refuses."""

import pytest
from django.db import DatabaseError, connection

from compliance.models import AuditEntry
from compliance.services.consent import consent_record
from config.common import audit
from tests.factories import make_account
from tests.world import World

pytestmark = pytest.mark.django_db


def _refuses(statement: str) -> None:
    with pytest.raises(DatabaseError, match="is append-only"), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("table", ["compliance_auditentry", "compliance_consentrecord"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_facts_refuse_every_change(world: World, table: str, statement: str) -> None:
    consent_record(
        account=world.account,
        advertiser=world.advertiser,
        msisdn="84912345678",
        purpose="marketing",
        action="granted",
        method="form",
        actor=None,
    )
    audit.record(action="test.happened", actor=None, account_id=world.account.pk, subject="x:1")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as if they had been committed
    _refuses(statement.format(table) + (" CASCADE" if "TRUNCATE" in statement else ""))


def test_audit_log_takes_new_entries() -> None:
    account = make_account()
    audit.record(action="test.happened", actor=None, account_id=account.pk, subject="x:1")
    assert AuditEntry.objects.get(account=account).action == "test.happened"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("run", [1, 2])
def test_committed_facts_do_not_leak_into_the_next_test(run: int) -> None:
    assert not AuditEntry.objects.exists()
    audit.record(action="test.committed", actor=None)
