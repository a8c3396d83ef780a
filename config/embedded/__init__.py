"""PostgreSQL and Valkey from wheels, for machines where nobody runs servers: no Django here."""

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from config.embedded import postgres, valkey
from config.embedded.children import Child, Program, ServicesError
from config.embedded.leftovers import record, sweep
from config.embedded.lock import keeper
from config.embedded.places import Places, locate, write_private
from config.embedded.postgres import check_version

__all__ = [
    "Addresses",
    "ServicesError",
    "addresses",
    "check_version",
    "embedded_addresses",
    "forget",
    "publish",
    "running",
    "servers",
    "write_private",
]


@dataclass(frozen=True, slots=True)
class Addresses:
    """What DATABASE_URL, BROKER_URL and CACHE_URL would say."""

    database_url: str
    broker_url: str
    cache_url: str


def addresses(var_dir: Path) -> Addresses | None:
    """Addresses of the servers that run for this var/ now, from var/services.json; else None.

    A file that came with a copy of another checkout does not count.
    """
    try:
        saved = json.loads((var_dir / "services.json").read_text())
    except FileNotFoundError:
        return None
    if saved.pop("var_dir") != str(var_dir.resolve()):
        return None
    return Addresses(**saved)


def embedded_addresses(places: Places) -> Addresses:
    """Where the embedded servers of these places answer."""
    return Addresses(postgres.url(places), valkey.broker_url(places), valkey.cache_url(places))


def servers(places: Places, *, durable: bool = True) -> tuple[Program, Program]:
    """PostgreSQL and Valkey, for a keeper to start; `durable=False` skips fsync (tests only)."""
    return postgres.program(places, durable), valkey.program(places)


def publish(var_dir: Path, found: Addresses) -> None:
    """Tell every process of this checkout through var/services.json, readable by us alone."""
    saved = asdict(found) | {"var_dir": str(var_dir.resolve())}
    write_private(var_dir / "services.json", json.dumps(saved, indent=1))


def forget(var_dir: Path) -> None:
    """The servers no longer run."""
    (var_dir / "services.json").unlink(missing_ok=True)


@contextmanager
def running(var_dir: Path, *, durable: bool = True, discard: bool = False) -> Iterator[Addresses]:
    """Both servers under this var/ for the length of a `with`, as children of this process.

    `discard` deletes their data afterwards, and var/ too where this call made it. Raises ServicesError when one cannot start.
    """
    with ExitStack() as stack:
        if discard and not var_dir.exists():
            stack.callback(shutil.rmtree, var_dir, ignore_errors=True)
        stack.enter_context(keeper(var_dir))
        places = locate(var_dir)
        record_path = places.var_dir / "children.json"
        sweep(record_path)
        if discard:
            stack.callback(places.remove)
        started: list[Child] = []
        stack.callback(forget, places.var_dir)
        stack.callback(record_path.unlink, missing_ok=True)
        for program in servers(places, durable=durable):
            started.append(Child(program, places.logs / f"{program.name}.log"))
            stack.callback(started[-1].stop)
            record(record_path, started)
        for child in started:
            child.wait_ready()
        found = embedded_addresses(places)
        publish(places.var_dir, found)
        yield found
