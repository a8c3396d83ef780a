"""The documents agree with the code and with each other."""

import ast
import importlib
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db.models import TextChoices

from config.management.commands.states import SENTENCES, document

ROOT = Path(settings.BASE_DIR)
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
CODE = [path for app in ("config", "carriers", "messaging") for path in (ROOT / app).rglob("*.py")]
READERS = {"text", "boolean", "integer", "items", "required", "get", "setdefault"}
OURS = re.compile(r"[A-Z][A-Z0-9_]{3,}")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
# Folders of one person's machine; /var/lib and the like are the system's.
MACHINE = re.compile(r"(?<![\w.])/(?:home|root|work|Users|tmp|mnt|opt/[a-z])\b")
APPS = "config|campaigns|messaging|routing|carriers|compliance"
NAME = re.compile(rf"`((?:{APPS})(?:\.\w+)+)`")
FILE = re.compile(rf"`((?:{APPS}|docs|tests)/[\w/.-]+)`")
# Said by one of our processes to another, never by a person.
INTERNAL = {"BENCH_RECEIVER", "PYTEST_XDIST_WORKER"}


def page_names() -> list[str]:
    return [str(path.relative_to(ROOT)) for path in PAGES]


def variables_read() -> Iterator[str]:
    """Environment variables by the calls that read them: `env.text("PORT")`, `env.get(…)`."""
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield from _variable(node, node.func)
            elif isinstance(node, ast.Subscript) and _reads_environment(node.value):
                yield from _constant(node.slice)


def _variable(call: ast.Call, function: ast.Attribute) -> Iterator[str]:
    if call.args and function.attr in READERS and _reads_environment(function.value):
        yield from _constant(call.args[0])


def _reads_environment(value: ast.expr) -> bool:
    return ast.unparse(value) in {"env", "os.environ"}


def _constant(value: ast.expr) -> Iterator[str]:
    if isinstance(value, ast.Constant) and OURS.fullmatch(str(value.value)):
        yield str(value.value)


def headings(text: str) -> set[str]:
    """Anchors as GitHub makes them."""
    titles = re.findall(r"^#+ +(.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def broken_links(page: Path) -> list[str]:
    broken = []
    for target in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        path, _, anchor = target.partition("#")
        if "://" in target:
            continue
        found = (page.parent / path) if path else page
        has_anchor = not anchor or (
            found.is_file() and anchor in headings(found.read_text(encoding="utf-8"))
        )
        if not found.exists() or not has_anchor:
            broken.append(target)
    return broken


def resolves(name: str) -> bool:
    """Whether a dotted name is a module of ours, or something in one; modules are found, not run,
    because settings want secrets."""
    parent, _, last = name.rpartition(".")
    try:
        if importlib.util.find_spec(name) is not None:
            return True
    except ModuleNotFoundError:  # the parent is no package
        pass
    try:
        return hasattr(importlib.import_module(parent), last)
    except ModuleNotFoundError:
        return False


def test_the_page_of_states_is_what_the_code_says() -> None:
    assert (ROOT / "docs" / "states.md").read_text(encoding="utf-8") == document()


def test_the_check_of_the_states_command_accepts_the_page() -> None:
    call_command("states", "--check")


@pytest.mark.parametrize("states", SENTENCES, ids=lambda states: states.__name__)
def test_every_state_has_a_sentence_and_no_other(states: type[TextChoices]) -> None:
    assert set(SENTENCES[states]) == {state.value for state in states if state.value}


def test_every_environment_variable_is_in_the_operations_manual() -> None:
    manual = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| `([A-Z_]+)`", manual, re.MULTILINE))
    read = set(variables_read()) - INTERNAL
    assert {"DATABASE_URL", "WEB_HOST", "SIGNALBOX_VALKEY", "SECRET_KEY"} <= read
    assert read - rows == set()
    assert rows - read == set()


@pytest.mark.parametrize("name", page_names())
def test_every_relative_link_leads_somewhere(name: str) -> None:
    assert broken_links(ROOT / name) == []


@pytest.mark.parametrize("name", page_names())
def test_every_module_and_file_that_is_named_exists(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert [found for found in NAME.findall(text) if not resolves(found)] == []
    assert [found for found in FILE.findall(text) if not (ROOT / found).exists()] == []


@pytest.mark.parametrize("name", page_names())
def test_no_page_names_a_folder_of_somebodys_machine(name: str) -> None:
    assert MACHINE.findall((ROOT / name).read_text(encoding="utf-8")) == []


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One thing\n[a](page.md#one-thing) [b](gone.md) [c](#another)\n")
    assert broken_links(page) == ["gone.md", "#another"]


def test_the_readme_stays_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 120
