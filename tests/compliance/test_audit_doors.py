"""Every door that changes something for people writes into the audit log, in words.

The doors are the services that take an `actor`. A new one fails here until it is in the table
with the actions it writes, or among those that say who does.
"""

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.conf import settings

from compliance.audit_sentences import PAGE_SENTENCES, SENTENCES
from compliance.selectors.audit import _Values

APPS = ("compliance", "carriers", "routing", "messaging", "campaigns")
ACTION = re.compile(r"[a-z][a-z_]*\.[a-z_]+")

# Services that write nothing themselves: what they call does, or there is nothing to write.
SILENT = {
    "campaigns.services.triggers.common.permission_required": "asks, changes nothing",
    "compliance.services.access.roles_set": "role_grant and role_revoke, for each change",
    "compliance.services.account_rules.require_account": "asks, changes nothing",
    "compliance.services.audit.audit_write": "is the writer",
    "compliance.services.residency.export_note": "the register of transfers; the export itself",
    "compliance.services.residency.transfer_note": "the register of transfers",
    "compliance.services.rule_documents.require": "asks, changes nothing",
    "messaging.services.conversations.handling.conversation_read": "who reads changes nothing",
    "messaging.services.conversations.handling.conversation_unread": "a mark, not a decision",
    "messaging.services.conversations.records.permission_required": "asks, changes nothing",
    "messaging.services.conversations.records.wait_end": "its callers",
    "messaging.services.templates.records.history_write": "version_record, or its caller",
    "messaging.services.templates.records.permission_required": "asks, changes nothing",
    "routing.services.number_imports.number_import_check": "ported_numbers.imported, when confirmed",
    "routing.services.papers.records.may": "asks, changes nothing",
    "routing.services.papers.records.role_required": "asks, changes nothing",
    "routing.services.policies.copying.policy_copy": "its callers",
}


def modules() -> Iterator[ModuleType]:
    """Every module of services."""
    for app in APPS:
        package = importlib.import_module(f"{app}.services")
        yield package
        for found in pkgutil.walk_packages(package.__path__, f"{app}.services."):
            yield importlib.import_module(found.name)


def doors() -> dict[str, Any]:
    """Public services that take an actor, by their full name."""
    return {
        f"{module.__name__}.{name}": function
        for module in modules()
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and "actor" in inspect.signature(function).parameters
    }


def calls_of(function: Any) -> set[str]:
    """Names called in a function, and in the functions of its module that those call."""
    module = inspect.getmodule(function)
    assert module is not None
    tree = ast.parse(Path(inspect.getsourcefile(module) or "").read_text(encoding="utf-8"))
    bodies = {node.name: node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef,))}
    reached: set[str] = set()
    waiting = [function.__name__]
    while waiting:
        node = bodies.get(waiting.pop())
        if node is None:
            continue
        for call in ast.walk(node):
            if isinstance(call, ast.Call):
                name = ast.unparse(call.func)
                if name not in reached:
                    reached.add(name)
                    waiting.append(name)
    return reached


def names_audited() -> set[str]:
    """Functions of services that reach `audit.record`, through each other."""
    functions = {
        f"{module.__name__}.{name}": function
        for module in modules()
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
    }
    calls = {name: calls_of(function) for name, function in functions.items()}
    audited = {name for name, called in calls.items() if "audit.record" in called}
    while True:  # grows, and the functions are finite
        short = {name.rpartition(".")[2] for name in audited}
        more = {
            name
            for name, called in calls.items()
            if name not in audited and {one.rpartition(".")[2] for one in called} & short
        }
        if not more:
            return audited
        audited |= more


def test_every_service_that_knows_who_acts_writes_it_down() -> None:
    silent = set(doors()) - names_audited()
    assert silent - set(SILENT) == set(), "write an audit entry, or say in SILENT who does"
    assert set(SILENT) - silent == set(), "take out of SILENT what is silent no more"


def actions_written() -> set[str]:
    """Every action named in the product's services and console."""
    found: set[str] = set()
    for app in APPS:
        for path in (Path(settings.BASE_DIR) / app / "services").rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            if "audit" not in text and "_record(" not in text and "_note(" not in text:
                continue
            found |= {
                node.value
                for node in ast.walk(ast.parse(text))
                if isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and ACTION.fullmatch(node.value)
                and is_action(node.value)
            }
    return found


# Words with a dot that are no actions: events, permissions, paths, fields.
def is_action(text: str) -> bool:
    from django.apps import apps as installed

    from messaging.constants import EventType

    head = text.partition(".")[0]
    return text not in EventType.values and head not in {
        one.label for one in installed.get_app_configs()
    }


def test_every_action_is_told_in_a_sentence() -> None:
    unknown = {one for one in actions_written() if one not in SENTENCES} - NO_ACTIONS
    assert unknown == set(), "give the action a sentence in compliance/audit_sentences.py"


# Texts of services that look like actions and are none.
NO_ACTIONS: set[str] = set()


@pytest.mark.parametrize("sentence", [*SENTENCES.values(), *PAGE_SENTENCES.values()])
def test_a_sentence_can_be_filled(sentence: str) -> None:
    told = sentence % _Values({"who": "Bob"})
    assert told.endswith(".")
    assert "%(" not in told
