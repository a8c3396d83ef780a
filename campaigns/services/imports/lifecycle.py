"""Start, cancel, retry, and finding again what a dead worker left behind."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from campaigns.constants import IMPORT_TRANSITIONS, ImportStatus
from campaigns.imports.columns import Columns, columns
from campaigns.imports.errors import MAPPING_MESSAGES, MappingError
from campaigns.models import ContactImport, ContactList
from compliance.constants import Purpose
from compliance.models import Advertiser, User
from config.common import audit, clock
from config.common.errors import ConflictError, InvalidError
from config.common.queue import enqueue
from config.common.states import transition

RUN_TASK = "campaigns.tasks.run_import"
# A living worker commits a batch within seconds; after this it is taken for dead.
_STALLED_AFTER = timedelta(seconds=60)
_UNUSED_AFTER = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ConsentOptions:
    """Consent that the file proves: given to whom and for what, where, and on what evidence.

    `for_all`: every contact of the file has agreed; else a column says who has.
    """

    advertiser: Advertiser
    purpose: str = Purpose.MARKETING
    source: str = ""
    evidence: str = ""
    for_all: bool = False


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What a person decides about an uploaded file; a new list is made by its name."""

    mapping: Mapping[int, str]
    contact_list: ContactList | None = None
    new_list_name: str = ""
    default_country: str = "VN"
    consent: ConsentOptions | None = None
    keeps_contacts: bool = True


@transaction.atomic
def import_start(
    contact_import: ContactImport, options: ImportOptions, *, actor: User | None
) -> ContactImport:
    """Queues an uploaded file. Raises InvalidError (`mapping`, `list`, `consent`) or
    ConflictError when it was started before."""
    held = ContactImport.objects.select_for_update().get(pk=contact_import.pk)
    if held.status != ImportStatus.UPLOADED:
        raise ConflictError("import_started", _("The import has been started already."))
    try:
        found = columns(options.mapping, len(held.titles))
    except MappingError as error:
        message = _(MAPPING_MESSAGES[error.code]) % error.params
        raise InvalidError(error.code, message, field="mapping") from error
    _set_consent(held, options.consent, found)
    held.keeps_contacts = _keeps_contacts(options)
    held.contact_list = _list_of(held, options)
    held.mapping = {str(index): target for index, target in options.mapping.items()}
    held.default_country = options.default_country
    held.status = ImportStatus.QUEUED
    held.progress_at = clock.now()
    held.save()
    _record("import.started", held, actor)
    enqueue(RUN_TASK, held.pk)
    return held


@transaction.atomic
def import_cancel(contact_import: ContactImport, *, actor: User | None) -> None:
    """Stops before the next batch; contacts already imported stay. Raises ConflictError."""
    if not _move(contact_import, ImportStatus.CANCELED, finished_at=clock.now()):
        raise ConflictError("import_ended", _("The import has ended already."))
    _record("import.canceled", contact_import, actor)
    transaction.on_commit(lambda: contact_import.file.delete(save=False))


@transaction.atomic
def import_retry(contact_import: ContactImport, *, actor: User | None) -> None:
    """Continues a failed import behind its last committed batch. Raises ConflictError."""
    if not _move(contact_import, ImportStatus.QUEUED, error="", progress_at=clock.now()):
        raise ConflictError("import_not_failed", _("Only an import that failed can be retried."))
    _record("import.retried", contact_import, actor)
    enqueue(RUN_TASK, contact_import.pk)


def import_bad_lines_note(contact_import: ContactImport, *, actor: User | None) -> None:
    """The bad lines are handed out as a file: numbers and names leave with them."""
    _record("import.bad_lines_downloaded", contact_import, actor)


def imports_resume(now: datetime) -> dict[str, int]:
    """Queues again what no worker has touched for a minute, and drops uploads never started."""
    stalled = ContactImport.objects.filter(
        Q(status=ImportStatus.QUEUED) | Q(status=ImportStatus.RUNNING),
        progress_at__lt=now - _STALLED_AFTER,
    )
    resumed = 0
    for found in stalled:
        with transaction.atomic():
            enqueue(RUN_TASK, found.pk)
        resumed += 1
    unused = ContactImport.objects.filter(
        status=ImportStatus.UPLOADED, created_at__lt=now - _UNUSED_AFTER
    )
    dropped = 0
    for found in unused:
        import_cancel(found, actor=None)
        dropped += 1
    return {"resumed": resumed, "dropped": dropped}


def _move(contact_import: ContactImport, to: str, **fields: object) -> int:
    return transition(
        ContactImport, [contact_import.pk], to=to, transitions=IMPORT_TRANSITIONS, **fields
    )


def _keeps_contacts(options: ImportOptions) -> bool:
    if options.keeps_contacts:
        return True
    if options.consent is None:
        raise InvalidError(
            "nothing_to_import",
            _("Choose the advertiser the consent was given to, or keep the contacts."),
            field="consent",
        )
    if options.contact_list or options.new_list_name:
        raise InvalidError(
            "list_without_contacts",
            _("No contacts are kept, so no list can take them: choose no list."),
            field="list",
        )
    return False


def _list_of(held: ContactImport, options: ImportOptions) -> ContactList | None:
    if options.new_list_name:
        try:
            with transaction.atomic():
                return ContactList.objects.create(account=held.account, name=options.new_list_name)
        except IntegrityError as error:
            raise InvalidError(
                "list_name_taken",
                _("A list of this name exists: choose it, or another name."),
                field="list",
            ) from error
    if options.contact_list and options.contact_list.account_id != held.account_id:
        raise InvalidError("list_unknown", _("There is no such list: choose one."), field="list")
    return options.contact_list


def _set_consent(held: ContactImport, consent: ConsentOptions | None, found: Columns) -> None:
    if consent is None:
        if _tells_consent(found) or found.consent_source is not None:
            raise InvalidError(
                "consent_advertiser_missing",
                _(
                    "A column holds consent, but not to whom it was given. Choose the "
                    "advertiser, or ignore the column."
                ),
                field="consent",
            )
        held.consent_advertiser = None
        return
    _check_consent(held, consent, found)
    held.consent_advertiser = consent.advertiser
    held.consent_purpose = consent.purpose
    held.consent_source = consent.source
    held.consent_evidence = consent.evidence
    held.consent_for_all = consent.for_all


def _tells_consent(found: Columns) -> bool:
    return found.consent is not None or found.consent_date is not None


def _check_consent(held: ContactImport, consent: ConsentOptions, found: Columns) -> None:
    if consent.advertiser.account_id != held.account_id:
        raise InvalidError(
            "advertiser_unknown", _("There is no such advertiser: choose one."), field="consent"
        )
    is_told_twice = consent.for_all and found.consent is not None
    if is_told_twice or not (consent.for_all or _tells_consent(found)):
        raise InvalidError(
            "consent_who",
            _(
                "Say who has agreed: choose the column that tells it, or confirm that every "
                "contact of the file has, not both."
            ),
            field="consent",
        )
    if not consent.source and found.consent_source is None:
        raise InvalidError(
            "consent_source_missing",
            _("Say where the consent was given: a form, a shop, an event."),
            field="consent",
        )


def _record(action: str, contact_import: ContactImport, actor: User | None) -> None:
    audit.record(
        action=action,
        actor=actor,
        account_id=contact_import.account_id,
        subject=f"import:{contact_import.pk}",
        detail={"file": contact_import.file_name, "sha256": contact_import.file_digest},
    )
