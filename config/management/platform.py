"""The parts of `manage.py run`: servers, database, ports, and what the terminal says."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.apps import apps
from django.conf import settings
from django.utils.translation import gettext as _
from psycopg import sql

from carriers.simulator.operators import default_profiles
from config import embedded
from config.common import env
from config.embedded.places import locate
from config.embedded.ports import holder, is_free
from config.supervisor import Supervisor


def start_servers(supervisor: Supervisor, var_dir: Path) -> embedded.Addresses:
    """Start what the environment names no server for; publish and answer all addresses."""
    given = {
        "database_url": env.text("DATABASE_URL"),
        "broker_url": env.text("BROKER_URL"),
        "cache_url": env.text("CACHE_URL"),
    }
    given = {name: value for name, value in given.items() if value}
    if "database_url" in given:
        embedded.check_version(given["database_url"])
    if len(given) == len(embedded.Addresses.__dataclass_fields__):
        found = embedded.Addresses(**given)
    else:
        places = locate(var_dir)
        postgres, valkey = embedded.servers(places)
        wanted = [] if "database_url" in given else [postgres]
        if not {"broker_url", "cache_url"} <= set(given):
            wanted.append(valkey)
        supervisor.start(*wanted)
        found = replace(embedded.embedded_addresses(places), **given)
    embedded.publish(var_dir, found)
    return found


def taken_ports(names: Iterable[str]) -> list[str]:
    """A sentence for each port that somebody else holds: which, who, and how to change it."""
    return [
        _(
            "Port {port} ({use}) is taken{holder}. Choose another one: {name}={other} make run"
        ).format(
            port=port,
            use=use,
            holder=_(" by {who}").format(who=who) if (who := holder(port)) else "",
            name=name,
            other=other,
        )
        for port, use, name, other in _ports(names)
        if not is_free(port)
    ]


def _ports(names: Iterable[str]) -> Iterator[tuple[int, str, str, int]]:
    """Port, use, the variable that moves it, and a value to propose."""
    if "web" in names:
        yield settings.PORT, _("web pages and API"), "PORT", settings.PORT + 1
    if "simulator" in names:
        first = settings.SIMULATOR_PORT
        proposal = "SIMULATOR_PORT", first + 100
        for operator in default_profiles(first).values():
            yield (
                operator.port,
                _("simulated operator {name}").format(name=operator.name),
                *proposal,
            )
        control = urlsplit(settings.SIMULATOR_CONTROL_URL).port or 80
        yield control, _("the simulator's control"), *proposal


def is_empty(database_url: str) -> bool:
    """Whether no account exists yet, so that demo data may be made."""
    model: Any = apps.get_model("compliance", "Account")
    table = model._meta.db_table
    query = sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(table))
    with psycopg.connect(database_url) as connection:
        row = connection.execute(query).fetchone()
    return not (row and row[0])


def probe(path: str) -> Callable[[], bool]:
    """Whether our web process answers 200 there, as a condition to wait for."""

    def answers() -> bool:
        link = HTTPConnection("127.0.0.1", settings.PORT, timeout=5)
        try:
            link.request("GET", path)
            return link.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            link.close()

    return answers


def demo_account(var_dir: Path) -> dict[str, Any]:
    """var/demo.json with today's address in it; empty where no demo data was made."""
    path = var_dir / "demo.json"
    try:
        demo: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    demo["base_url"] = f"http://127.0.0.1:{settings.PORT}"
    embedded.write_private(path, json.dumps(demo, indent=1, ensure_ascii=False))
    return demo


def welcome(demo: dict[str, Any]) -> str:
    """What a person needs to go on: address, logins, key, next step, how to stop."""
    address = f"http://127.0.0.1:{settings.PORT}"
    users = [
        f"    {user['role']:<20} {user['username']:<24} {user['password']}"
        for user in demo.get("users", [])
    ]
    lines = [
        "",
        "  " + _("Admin     {url}").format(url=f"{address}/admin/"),
        "  " + _("API       {url}").format(url=f"{address}/api/docs/"),
    ]
    if demo:
        lines += ["  " + _("API key   {key}").format(key=demo.get("api_key", ""))]
        lines += ["", "  " + _("Log in as (role, user name, password):"), *users]
    lines += [
        "",
        "  " + _("Next: `make demo` in another terminal sends a campaign through the simulator."),
        "  " + _("Ctrl-C stops everything."),
        "",
    ]
    return "\n".join(lines)
