"""New papers and changes of what they say; their states are changed in `states`."""

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from compliance.constants import MessageClass
from compliance.models import User
from config.common import clock
from config.common.errors import ConflictError, InvalidError, NotAllowedError
from routing.constants import PaperState
from routing.models import Network, Sender, SenderRegistration
from routing.services.papers.records import AnyPaper, may, role_required, step_note

# What was handed in is changed by those who decide about it.
OPEN_STATES = frozenset({PaperState.DRAFT, PaperState.REJECTED, PaperState.EXPIRED})


@transaction.atomic
def paper_save(*, paper: AnyPaper, actor: User | None, reason: str = "") -> AnyPaper:
    """Stores a new or changed paper. Raises NotAllowedError, InvalidError of the field, and
    ConflictError where the sender has the same one already."""
    is_new = paper.pk is None
    role_required(actor, "add" if is_new else "change", paper)
    if is_new:
        paper.state, paper.state_since = PaperState.DRAFT, clock.now()
    else:
        stored = type(paper)._default_manager.select_for_update(of=("self",)).get(pk=paper.pk)
        paper.state, paper.state_since = stored.state, stored.state_since
        if stored.state not in OPEN_STATES and not may(actor, "decide", paper):
            raise NotAllowedError(
                "paper_handed_in",
                _("It is “%(state)s”: only those who decide about it may change it now.")
                % {"state": paper.get_state_display()},
            )
    _checked(paper)
    try:
        with transaction.atomic():
            paper.save()
    except IntegrityError as error:
        raise _taken(paper) from error
    step_note(paper, actor, "added" if is_new else "changed", reason)
    return paper


@transaction.atomic
def registrations_add(
    *,
    sender: Sender,
    networks: Collection[Network],
    classes: Collection[str],
    actor: User | None,
    note: str = "",
) -> list[SenderRegistration]:
    """A draft for each network and class that has none yet. Raises NotAllowedError, and
    InvalidError where nothing is chosen or the sender may not carry a class."""
    if not networks:
        raise InvalidError("network_required", _("Choose at least one network."), field="networks")
    if not classes:
        raise InvalidError("class_required", _("Choose at least one class."), field="classes")
    for name in classes:
        if name not in sender.allowed_classes:
            raise InvalidError(
                "class_not_allowed",
                _("%(sender)s may not carry %(class)s: allow that at the sender first.")
                % {"sender": sender.address, "class": MessageClass(name).label},
                field="classes",
            )
    present = set(
        SenderRegistration.objects.filter(sender=sender).values_list("network", "message_class")
    )
    return [
        paper_save(  # type: ignore[misc]
            paper=SenderRegistration(sender=sender, network=network, message_class=name, note=note),
            actor=actor,
        )
        for network in networks
        for name in classes
        if (network.pk, name) not in present
    ]


def _checked(paper: AnyPaper) -> None:
    if paper.valid_from and paper.valid_until and paper.valid_until < paper.valid_from:
        raise InvalidError(
            "ends_before_start",
            _("The last day is before the first: choose a later one."),
            field="valid_until",
        )
    if isinstance(paper, SenderRegistration) and paper.network.country != paper.sender.country:
        raise InvalidError(
            "network_elsewhere",
            _("%(network)s is a network of another country than the sender's.")
            % {"network": paper.network.name},
            field="network",
        )
    try:
        paper.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        field, problems = next(iter(error.message_dict.items()))
        raise InvalidError("invalid_paper", problems[0], field=field) from error


def _taken(paper: AnyPaper) -> ConflictError:
    if isinstance(paper, SenderRegistration):
        return ConflictError(
            "registration_exists",
            _("%(network)s has a registration of this sender for this class already: change it.")
            % {"network": paper.network.name},
            field="network",
        )
    return ConflictError(
        "paper_exists",
        _("The sender has one of this name or number already: change that one."),
        field="name" if hasattr(paper, "name") else "reference",
    )
