"""Becomes the given program, as the given user, and dies with the process that asked for it.

Run as a script, so that neither user change nor the death signal needs code between fork and
exec in a parent that has threads. Arguments: parent's pid, signal to get when the parent dies,
niceness, uid and gid (or `-`), then the command.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    parent, death_signal, niceness, uid, gid, *command = arguments
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    os.nice(int(niceness))
    if uid != "-":
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    # After the user change, which clears it (prctl(2)); it survives the exec below.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
    if os.getppid() != int(parent):
        sys.exit("the process that started this one is gone")
    os.execvp(command[0], command)  # noqa: S606  no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
