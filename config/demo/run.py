"""`make demo`: a CSV of contacts to committed receipts, and a funnel that adds up to its last row."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from django.core.files import File
from django.utils.translation import gettext as _

from campaigns.constants import CampaignStatus, ImportStatus
from campaigns.models import Campaign, ContactImport
from campaigns.selectors.campaigns import Progress, campaign_progress, excluded_of
from campaigns.selectors.labels import reason_label
from campaigns.services.campaigns import campaign_create, campaign_launch
from campaigns.services.imports import ConsentOptions, ImportOptions, import_start, import_upload
from campaigns.services.preflight import preflight_run
from compliance.constants import Purpose
from compliance.models import Account, User
from config.common import clock
from config.common.errors import NotFoundError, UnavailableError
from config.demo import world
from messaging.constants import VersionStatus
from messaging.models import TemplateVersion, Waiting
from routing.models import Sender

CONTACTS = Path(__file__).resolve().parent.parent.parent / "campaigns" / "demo" / "contacts.csv"
_POLL_SECONDS = 0.25
_BAR = 40
_ENDED = {CampaignStatus.COMPLETED, CampaignStatus.CANCELED}


@dataclass(slots=True)
class Report:
    """The numbers of a demo run, row by row of the CSV."""

    rows: int = 0
    duplicates: int = 0
    bad: int = 0
    lines: list[tuple[str, int]] = field(default_factory=list)

    @property
    def adds_up(self) -> bool:
        """Whether every row of the CSV is in exactly one line."""
        return self.rows == sum(count for _label, count in self.lines)


class DemoRun:
    """Imports, launches, watches and reports, as a marketer would by hand."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self._pause = Event().wait
        self._sent_at = 0.0

    def run(self, *, limit_seconds: float) -> Report:
        account, user = self._people()
        began = time.monotonic()
        imported = self._import(account, user, began + limit_seconds)
        campaign = self._campaign(account, user, imported)
        launched = time.monotonic()
        campaign_launch(campaign=campaign, actor=user)
        progress = self._watch(campaign, began + limit_seconds)
        seconds = (self._sent_at or time.monotonic()) - launched
        return self._report(imported, campaign, progress, seconds)

    def _people(self) -> tuple[Account, User]:
        account = Account.objects.filter(slug=world.ACCOUNTS[0]["slug"]).first()
        user = User.objects.filter(username=world.PEOPLE[0][0]).first()
        if account is None or user is None:
            raise NotFoundError(
                "no_demo_data", _("There is no demo data: start the platform with “make run”.")
            )
        return account, user

    def _import(self, account: Account, user: User, until: float) -> ContactImport:
        with CONTACTS.open("rb") as file:
            uploaded = import_upload(
                account=account, file=File(file), file_name=CONTACTS.name, user=user
            )
        advertiser = account.advertisers.get()
        consent = ConsentOptions(
            advertiser,
            Purpose.MARKETING,
            source=_("Shop registration form"),
            evidence=_("Column of the file"),
        )
        options = ImportOptions(
            mapping={int(index): target for index, target in uploaded.mapping.items()},
            new_list_name=f"{_('Demo customers')} {clock.now():%Y-%m-%d %H:%M:%S}",
            default_country=account.country,
            consent=consent,
        )
        import_start(uploaded, options, actor=user)
        while True:
            uploaded.refresh_from_db()
            self._bar(_("Importing"), uploaded.rows_done, uploaded.rows_total)
            if uploaded.status in {ImportStatus.COMPLETED, ImportStatus.FAILED}:
                break
            self._wait(until, _("The import does not finish: is the platform running?"))
        self._write("")
        return uploaded

    def _campaign(self, account: Account, user: User, imported: ContactImport) -> Campaign:
        assert imported.contact_list is not None, "an import that ran has a list"
        version = TemplateVersion.objects.get(
            template__account=account, template__slug="order-notice", status=VersionStatus.APPROVED
        )
        campaign = campaign_create(
            account=account,
            actor=user,
            name=f"{_('Order notices')} {clock.now():%Y-%m-%d %H:%M:%S}",
            contact_list=imported.contact_list,
            template_version=version,
            sender=Sender.objects.get(account=account, address="53849"),
            values={slot: {"attribute": key} for slot, key in world.ORDER_COLUMNS.items()},
        )
        preflight_run(campaign.pk)
        campaign.refresh_from_db()
        return campaign

    def _watch(self, campaign: Campaign, until: float) -> Progress:
        while True:
            campaign.refresh_from_db()
            progress = campaign_progress(campaign)
            self._bar(_("Sending"), progress.done, progress.audience)
            if not progress.unreleased and not progress.queued:
                self._sent_at = self._sent_at or time.monotonic()
            # What waits for tomorrow's window is accounted for and not waited for.
            for_window = Waiting.objects.filter(campaign_id=campaign.pk, reason="window").count()
            if campaign.status in _ENDED or progress.done + for_window == progress.audience:
                self._write("")
                return progress
            try:
                self._wait(until, "")
            except UnavailableError:
                self._write("")
                return progress

    def _wait(self, until: float, problem: str) -> None:
        if time.monotonic() > until:
            raise UnavailableError("demo_too_slow", problem)
        self._pause(_POLL_SECONDS)

    def _bar(self, label: str, done: int, total: int) -> None:
        filled = _BAR * done // total if total else 0
        bar = "█" * filled + "·" * (_BAR - filled)
        self._write(f"\r{label:<12} {bar} {done:>6}/{total}")

    def _report(
        self, imported: ContactImport, campaign: Campaign, progress: Progress, seconds: float
    ) -> Report:
        report = Report(rows=imported.rows_done)
        counts = progress.counts
        report.lines = [
            (_("bad lines, downloadable with reasons"), imported.rows_bad),
            (_("duplicates merged"), imported.rows_duplicate),
            *(
                (_("excluded: %s") % reason_label(reason), n)
                for reason, n in excluded_of(counts).items()
            ),
            (_("not released"), progress.unreleased),
            (_("queued"), progress.queued),
            (_("waiting for their time"), progress.waiting),
            (_("sent, receipt still to come"), progress.awaiting_receipt),
            *((status, counts.of(status)) for status in _TERMINAL),
        ]
        self._print(report, campaign, progress, seconds)
        return report

    def _print(
        self, report: Report, campaign: Campaign, progress: Progress, seconds: float
    ) -> None:
        counts = progress.counts
        self._write("")
        self._write(f"  {_('rows of the CSV'):<50}{report.rows:>8}")
        for label, count in report.lines:
            if count:
                self._write(f"    {label:<48}{count:>8}")
        self._write("")
        price = f"{counts.price_micros / 1_000_000:,.0f} {campaign.account.currency}"
        self._write(f"  {_('accepted'):<50}{counts.accepted:>8}")
        self._write(f"  {_('sent to carriers'):<50}{counts.of('sent'):>8}")
        self._write(f"  {_('segments'):<50}{counts.segments:>8}")
        self._write(f"  {_('price'):<50}{price:>8}")
        rate = counts.of("sent") / seconds if seconds else 0
        self._write(f"  {_('messages per second, until all were sent'):<50}{rate:>8.0f}")
        self._write(f"  {_('campaign in the admin'):<50}{campaign.name:>8}")


_TERMINAL = ("delivered", "undelivered", "failed", "expired", "blocked", "canceled", "unknown")
