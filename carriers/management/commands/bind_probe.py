"""`manage.py bind_probe`: tests a bind and proposes its options."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from carriers.models import Bind, BindProbe
from carriers.options import label_of
from carriers.probe.questions import CHOICES
from carriers.probe.run import planned
from carriers.probe.values import SENDER_KINDS
from carriers.services.probes import (
    probe_answer,
    probe_apply,
    probe_execute,
    probe_plan,
    probe_questions,
    probe_start,
)
from config.common.errors import DomainError

S = BindProbe.State


class Command(BaseCommand):
    help = _("Test a bind with messages to handsets of your own, and propose its options.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("bind", help=_("Name of the bind."))
        parser.add_argument(
            "--number", action="append", required=True, help=_("A handset of your own; repeatable.")
        )
        parser.add_argument(
            "--sender",
            action="append",
            required=True,
            help=_("KIND=ADDRESS with KIND one of %(kinds)s; repeatable.")
            % {"kinds": ", ".join(SENDER_KINDS)},
        )
        parser.add_argument(
            "--burst", type=int, default=20, help=_("Messages that measure window and rate.")
        )
        parser.add_argument("--pace", type=float, default=10, help=_("Messages a second at most."))
        parser.add_argument(
            "--wait", type=float, default=20, help=_("Seconds to wait for receipts.")
        )
        parser.add_argument(
            "--disconnect",
            action="store_true",
            help=_("Where a worker holds the bind: disconnect it for the test."),
        )
        parser.add_argument(
            "--second-session",
            action="store_true",
            help=_("Bind beside the worker's session, where the SMSC grants that."),
        )
        parser.add_argument(
            "--handset", default="", help=_("Simulated operator whose handsets are asked.")
        )
        parser.add_argument("--answers", type=Path, help=_("JSON file with what handsets showed."))
        parser.add_argument("--apply", action="store_true", help=_("Apply what is proposed."))
        parser.add_argument("--yes", action="store_true", help=_("Ask nothing."))
        parser.add_argument("--json", action="store_true", help=_("Print the result as JSON."))

    def handle(self, *args: Any, **options: Any) -> None:
        bind = Bind.objects.select_related("carrier").filter(name=options["bind"]).first()
        if bind is None:
            raise CommandError(_("There is no bind “%(name)s”.") % {"name": options["bind"]})
        try:
            self._test(bind, options)
        except DomainError as error:
            raise CommandError(str(error)) from error

    def _test(self, bind: Bind, options: dict[str, Any]) -> None:
        values = _values(options)
        plan = probe_plan(values)
        question = _(
            "At most %(count)d messages go to %(numbers)s, %(pace)g a second at most. Go on?"
        ) % {
            "count": planned(plan),
            "numbers": ", ".join(f"+{one}" for one in plan.numbers),
            "pace": plan.pace,
        }
        if not (options["yes"] or self._agrees(question)):
            raise CommandError(_("Nothing was sent."))
        probe = probe_start(bind, values, None, in_background=False)
        if not options["json"]:
            self.stdout.write(_("Testing %(bind)s …") % {"bind": bind.name})
        probe_execute(probe.pk)
        probe = BindProbe.objects.select_related("bind__carrier").get(pk=probe.pk)
        if probe.state == S.FAILED:
            raise CommandError(probe.error)
        self._ask(probe, options)
        self._tell(probe, options)

    def _agrees(self, question: str) -> bool:
        return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}

    def _ask(self, probe: BindProbe, options: dict[str, Any]) -> None:
        """From the file, or at the terminal, or nobody."""
        if options["answers"]:
            probe_answer(probe, _answers(options["answers"]), None)
        elif probe.state == S.ASKING and not options["yes"]:
            probe_answer(probe, self._asked(probe), None)

    def _asked(self, probe: BindProbe) -> dict[str, str]:
        answers = {}
        for one in probe_questions(probe):
            self.stdout.write("\n" + _("What did +%(number)s show?") % {"number": one.number})
            self.stdout.write(f"  {one.expected}")
            for index, choice in enumerate(one.choices, 1):
                self.stdout.write(f"  {index}  {_(CHOICES[choice])}")
            given = input("> ").strip()
            is_choice = given.isdecimal() and 1 <= int(given) <= len(one.choices)
            answers[one.key] = one.choices[int(given) - 1] if is_choice else ""
        return answers

    def _tell(self, probe: BindProbe, options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(_result(probe), ensure_ascii=False, indent=1))
        else:
            self._print(probe)
        names = [one["option"] for one in probe.proposal]
        if not names or not self._applies(options):
            return
        probe_apply(probe, names, None)
        if not options["json"]:
            self.stdout.write(_("Applied."))

    def _applies(self, options: dict[str, Any]) -> bool:
        if options["apply"] or options["yes"] or options["json"]:
            return bool(options["apply"])
        return self._agrees(_("Apply these options?"))

    def _print(self, probe: BindProbe) -> None:
        for one in probe.findings:
            if one["evidence"]:
                self.stdout.write(f"  {one['key']:<20} {one['evidence']}")
        if not probe.proposal:
            self.stdout.write(_("The present options fit what was found."))
        for one in probe.proposal:
            self.stdout.write(
                f"\n{label_of(one['option'])}: {_shown(one['present'])} → "
                f"{_shown(one['proposed'])}\n  {_(one['reason'])}\n  {one['evidence']}"
            )


def _values(options: dict[str, Any]) -> dict[str, Any]:
    pairs = [one.partition("=") for one in options["sender"]]
    handset = options["handset"]
    return {
        "numbers": options["number"],
        "senders": {kind: address for kind, _sign, address in pairs},
        "burst": options["burst"],
        "pace": options["pace"],
        "receipt_wait_seconds": options["wait"],
        "is_second_session": options["second_session"],
        "disables": options["disconnect"],
        "handset": handset if settings.SIMULATOR_CONTROL_URL else "",
    }


def _answers(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(
            _("%(path)s is no readable JSON file: %(error)s") % {"path": path, "error": error}
        ) from error
    if not isinstance(found, dict):
        raise CommandError(_("The answers are an object of keys and answers."))
    return {str(key): str(answer) for key, answer in found.items()}


def _result(probe: BindProbe) -> dict[str, Any]:
    return {
        "bind": probe.bind.name,
        "state": probe.state,
        "messages": probe.done,
        "findings": probe.findings,
        "questions": [
            {"key": one.key, "number": one.number, "expected": one.expected, "choices": one.choices}
            for one in probe_questions(probe)
        ],
        "answers": probe.answers,
        "proposal": probe.proposal,
    }


def _shown(value: object) -> str:
    return "–" if value in (None, "", {}, []) else json.dumps(value, ensure_ascii=False)
