import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from carriers.models import Carrier
from compliance.constants import MessageClass
from compliance.models import Account
from config.common.errors import DomainError
from routing.explained import Explained, Question, Way
from routing.numbers import to_e164
from routing.route_words import (
    chosen_sentence,
    exclusion_words,
    network_source_words,
    percent,
    term_words,
)
from routing.services.explain import PRETENDED, route_explain


class Command(BaseCommand):
    help = (
        "Explains how a message would be routed: the network and how it is known, every candidate"
        " with its share and terms, every exclusion. Nothing is sent."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--to", required=True, help="the number, as people write it")
        parser.add_argument("--from", dest="sender", default="", help="address of the sender")
        parser.add_argument("--class", dest="message_class", default="transactional")
        parser.add_argument("--account", default="", help="short name or id")
        parser.add_argument("--deadline", type=int, help="seconds the message is of use")
        parser.add_argument("--policy", type=int, help="number of another version of the routes")
        parser.add_argument("--down", action="append", default=[], help="carrier taken as down")
        parser.add_argument(
            "--heat", action="append", default=[], help="CARRIER=cool, warm or hot, pretended"
        )

    def handle(self, **given: Any) -> None:
        if given["message_class"] not in MessageClass.values:
            raise CommandError(f"--class is one of {', '.join(MessageClass.values)}.")
        question = Question(
            to=given["to"],
            sender=given["sender"],
            message_class=given["message_class"],
            account_id=_account(given["account"]),
            deadline_seconds=given["deadline"],
            policy_version=given["policy"],
            down=frozenset(_carrier(name) for name in given["down"]),
            heats=dict(_heat(pair) for pair in given["heat"]),
        )
        try:
            found = route_explain(question)
        except DomainError as error:
            raise CommandError(str(error)) from error
        for line in _lines(found):
            self.stdout.write(line)


def _account(named: str) -> int | None:
    if not named:
        return None
    rows = Account.objects.filter(pk=named) if named.isdigit() else Account.objects.none()
    account = rows.first() or Account.objects.filter(slug=named).first()
    if account is None:
        raise CommandError(f"--account {named}: there is no such account.")
    return account.pk


def _carrier(named: str) -> int:
    found = Carrier.objects.filter(code=named).first() or Carrier.objects.filter(name=named).first()
    if found is None:
        known = ", ".join(Carrier.objects.values_list("code", flat=True))
        raise CommandError(f"{named}: choose a carrier from {known}.")
    return found.pk


def _heat(pair: str) -> tuple[int, str]:
    named, _equals, state = pair.partition("=")
    if state not in PRETENDED:
        raise CommandError(f"--heat {pair}: write CARRIER=cool, warm or hot.")
    return _carrier(named), state


def _lines(found: Explained) -> list[str]:
    network = found.network or "?"
    sources = network_source_words()
    lines = [
        f"{to_e164(found.msisdn)} · {found.country} · {network}: "
        + sources.get(found.network_source, ""),
    ]
    if found.sender is not None:
        sender = found.sender
        lines.append(f"{sender.address} · {sender.kind} · {sender.status}")
    chosen = found.chosen
    lines.append(
        chosen_sentence(
            found.decision.chosen,
            found.decision.reasons,
            carrier=chosen.carrier if chosen else "",
            route=chosen.route if chosen else "",
        )
    )
    return [*lines, "", *(_line(way) for way in found.ways)]


def _line(way: Way) -> str:
    one = way.candidate
    mark = "→" if way.is_chosen else " "
    head = f"{mark} {way.route} · {way.carrier} · tier {one.tier}"
    if one.exclusion is not None:
        return f"{head} · {exclusion_words()[one.exclusion]}"
    terms = ", ".join(f"{name} {value}" for name, value in term_words(one.terms))
    return f"{head} · {percent(one.share)} ({terms})"
