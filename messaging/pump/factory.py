"""Opens pumps for leased binds, after settling what earlier holders left behind."""

from carriers.models import Bind
from carriers.ports import BindConfig, Lease, Pump
from carriers.smpp.journal import JournalContent
from messaging.pump.connections import connect
from messaging.pump.monitor import monitor
from messaging.pump.pump import BindPump
from messaging.pump.recovery import leftovers_settle

# A lock that a dying worker still holds: give up and come back, rather than lose other leases.
_LOCK_WAIT = "5s"


class MessagingPumps:
    """The factory that carriers find in their registry."""

    def open(self, bind: BindConfig, lease: Lease, journal: JournalContent | None) -> Pump:
        row = Bind.objects.select_related("carrier").get(pk=bind.bind_id)
        with (
            connect("pump recovery", lock_timeout=_LOCK_WAIT) as connection,
            connection.transaction(),
            connection.cursor() as cursor,
        ):
            leftovers_settle(cursor, row, lease.epoch, journal)
        return BindPump(row, lease.epoch, monitor)
