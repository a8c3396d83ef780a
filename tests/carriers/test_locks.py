"""The kernel's word on whether a former holder lives."""

import subprocess
import sys
import time

from carriers.locks import BindLock


def test_lock_is_one_holders_until_it_lets_go(tmp_path):
    path = tmp_path / "bind-1.lock"
    first = BindLock.take(path)
    assert BindLock.take(path) is None
    first.release()
    first.release()
    second = BindLock.take(path)
    assert second.proves_dead(first.identity)
    second.release()


def test_death_lets_go_and_freezing_does_not(tmp_path):
    path = tmp_path / "bind-1.lock"
    holder = subprocess.Popen(
        [
            *(sys.executable, "-c"),
            "import sys, pathlib; from carriers.locks import BindLock\n"
            "lock = BindLock.take(pathlib.Path(sys.argv[1])); print(lock.identity, flush=True)\n"
            "sys.stdin.read()",
            str(path),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    identity = holder.stdout.readline().strip()
    holder.send_signal(19)  # SIGSTOP
    assert BindLock.take(path) is None
    holder.kill()
    holder.communicate(timeout=60)
    ends = time.monotonic() + 5
    while (lock := BindLock.take(path)) is None and time.monotonic() < ends:
        pass
    assert lock.proves_dead(identity)
    lock.release()


def test_locks_of_other_files_and_unknown_ones_prove_nothing(tmp_path):
    one, other = (BindLock.take(tmp_path / name) for name in ("a", "b"))
    assert not one.proves_dead(other.identity)
    assert not one.proves_dead("")
    one.release()
    other.release()
