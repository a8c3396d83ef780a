"""Where the embedded servers keep data, sockets and passwords, and as whom they run.

PostgreSQL refuses to run as root. As root we therefore hand its data directory to an
unprivileged user, and where that user cannot reach the checkout (under /root, say), the
directory goes elsewhere: no permission of a folder that was there before us is changed.
"""

import hashlib
import json
import os
import pwd
import secrets
import shutil
import stat
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from config.embedded.children import ServicesError, User

# sockaddr_un.sun_path holds 108 bytes with the final NUL on Linux and 104 elsewhere (unix(7)).
SOCKET_PATH_BYTES = 103
LONGEST_SOCKET_NAME = "postgres/.s.PGSQL.5432"
SYSTEM_DATA = Path("/var/lib")


@dataclass(frozen=True, slots=True)
class Places:
    """`base` holds the data directory `base/postgres`; `sockets` is short enough for them."""

    var_dir: Path
    base: Path
    sockets: Path
    user: User | None
    password: str
    superuser_password: str

    @property
    def data(self) -> Path:
        return self.base / "postgres"

    @property
    def logs(self) -> Path:
        return self.var_dir / "log"

    def remove(self) -> None:
        """Delete data, sockets and what was put outside var/; the servers must be stopped."""
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.rmtree(self.sockets, ignore_errors=True)
        if self.base != self.var_dir:
            shutil.rmtree(self.base, ignore_errors=True)
        (self.var_dir / "postgres.json").unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class _State:
    var_dir: str
    base: str
    password: str
    superuser_password: str


def locate(var_dir: Path) -> Places:
    """The places of this var/, decided and created on first use and kept in var/postgres.json."""
    var_dir = var_dir.resolve()
    make_folder(var_dir, 0o755)
    state = _read_state(var_dir)
    user = _server_user(Path(state.base) / "postgres" if state else var_dir / "postgres")
    if state is None:
        state = _new_state(var_dir, user)
        write_private(var_dir / "postgres.json", json.dumps(asdict(state), indent=1))
    base = Path(state.base)
    make_folder(base, 0o711)
    sockets = _sockets_folder(var_dir, user)
    give(make_folder(sockets / "postgres", 0o700), user)
    return Places(var_dir, base, sockets, user, state.password, state.superuser_password)


def make_folder(path: Path, mode: int) -> Path:
    """Create it with exactly this mode; one that exists is left as it is."""
    if not path.exists():
        path.mkdir(parents=True)
        path.chmod(mode)
    return path


def give(path: Path, user: User | None) -> None:
    """Hand something that we created to the user that the server runs as."""
    if user is not None and path.stat().st_uid != user.uid:
        os.chown(path, user.uid, user.gid)


def write_private(path: Path, text: str) -> None:
    """Replace the file at once with one that only we can read."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    Path(name).replace(path)


def can_enter(folder: Path, user: User | None) -> bool:
    """Whether the user may pass every folder on the way to this one, and this one."""
    return user is None or all(permissions(step, user) & 1 for step in (folder, *folder.parents))


def permissions(path: Path, user: User) -> int:
    """The three mode bits (4 read, 2 write, 1 pass) that hold for this user."""
    info = path.stat()
    if info.st_uid == user.uid:
        return stat.S_IMODE(info.st_mode) >> 6 & 7
    if info.st_gid == user.gid:
        return stat.S_IMODE(info.st_mode) >> 3 & 7
    return stat.S_IMODE(info.st_mode) & 7


def var_hash(var_dir: Path) -> str:
    """Tells checkouts apart in names that they share."""
    return hashlib.sha256(str(var_dir.resolve()).encode()).hexdigest()[:12]


def _server_user(data: Path) -> User | None:
    if os.geteuid() != 0:
        return None
    if data.exists() and data.stat().st_uid != 0:
        return User(data.stat().st_uid, data.stat().st_gid)
    name = os.environ.get("SIGNALBOX_SERVER_USER", "nobody")
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise ServicesError(
            f"PostgreSQL does not run as root and there is no user {name!r}: "
            "set SIGNALBOX_SERVER_USER to an unprivileged user, or set DATABASE_URL"
        ) from None
    return User(entry.pw_uid, entry.pw_gid)


def _read_state(var_dir: Path) -> _State | None:
    """What var/postgres.json says, unless var/ is a copy of another checkout's."""
    try:
        state = _State(**json.loads((var_dir / "postgres.json").read_text()))
    except FileNotFoundError:
        return None
    if state.var_dir == str(var_dir):
        return state
    if state.base == state.var_dir:  # the data came along with the copy or the move
        state = _State(str(var_dir), str(var_dir), state.password, state.superuser_password)
    elif (Path(state.var_dir) / "postgres.json").exists():  # a copy must not share the data
        return None
    else:
        state = _State(str(var_dir), state.base, state.password, state.superuser_password)
    write_private(var_dir / "postgres.json", json.dumps(asdict(state), indent=1))
    return state


def _new_state(var_dir: Path, user: User | None) -> _State:
    if (var_dir / "postgres").exists():
        raise ServicesError(
            f"{var_dir}/postgres.json, which holds the passwords of {var_dir}/postgres, is gone: "
            f"put it back, or remove {var_dir}/postgres to begin anew"
        )
    base = var_dir
    if not can_enter(var_dir, user):
        parent = SYSTEM_DATA if os.access(SYSTEM_DATA, os.W_OK) else Path(tempfile.gettempdir())
        base = Path(tempfile.mkdtemp(prefix=f"signalbox-{var_hash(var_dir)}-", dir=parent))
        base.chmod(0o711)
    return _State(str(var_dir), str(base), secrets.token_hex(20), secrets.token_hex(20))


def _sockets_folder(var_dir: Path, user: User | None) -> Path:
    """var/run where its path is short and reachable, else a folder of ours under the temp dir."""
    inside = var_dir / "run"
    is_short = len(os.fsencode(inside / LONGEST_SOCKET_NAME)) <= SOCKET_PATH_BYTES
    if is_short and "," not in str(inside):  # libpq takes a comma for the end of a host
        make_folder(inside, 0o755)
        if can_enter(inside, user):
            return inside
    mode = 0o700 if user is None else 0o711
    outside = Path(tempfile.gettempdir()) / f"signalbox-{var_hash(var_dir)}"
    if len(os.fsencode(outside / LONGEST_SOCKET_NAME)) > SOCKET_PATH_BYTES:
        outside = Path("/tmp") / outside.name  # noqa: S108  ours alone, checked below
    make_folder(outside, mode)
    info = outside.lstat()
    if not stat.S_ISDIR(info.st_mode) or info.st_uid != os.geteuid():
        raise ServicesError(f"{outside} is not ours: remove it, or set TMPDIR to another folder")
    return outside
