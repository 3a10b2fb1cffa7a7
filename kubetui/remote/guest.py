"""The shell that carries commands inside a machine: constants only, no data becomes part of them.

A step runs as a transient systemd unit with its output in a file and its exit code written last, so a
lost connection does not end it and the next connection reads on from the last byte. The script, which
may hold secrets, arrives on standard input, lies in /run with mode 0600 and removes itself as it starts.
"""

from __future__ import annotations

from typing import Final

from kubetui.base.scripts import script

UNKNOWN: Final = 254
"""The launcher's exit status when nobody can tell how the step ended."""
NOT_BEGUN: Final = 253
"""The same, when systemd did not take the step; one that is about to stop the machine does not."""
LOST: Final = (UNKNOWN, NOT_BEGUN)

READ: Final = script(__package__, "read.sh")
"""Runs the script on standard input; its size in bytes is the argument. It is read whole first, or the
script's first command that reads standard input would eat the rest of it."""

RUN: Final = "exec 2>&1\n" + READ
"""The same, with errors among the output, in their order."""

FORGET: Final = 'rm -f -- "$0"\n'
"""How a script for `LAUNCH` begins: bash has it open, nobody else needs to find it."""

FAILED_AT: Final = "kubetui-failed-at "
"""What the line begins with that says where a script failed: the lines of its file, the innermost call first."""

WATCH: Final = script(__package__, "watch.sh")
"""What lets a script say where it failed. It says lines alone: what is on them kubetui knows, and no value is shown.
The ERR trap does not see a script that gives up by itself, and a step's own EXIT trap would replace one here."""

BASE: Final = "base=${KUBETUI_RUN:-/run/kubetui}\n"

LAUNCH: Final = BASE + script(__package__, "launch.sh")
"""Arguments: the step's id, how many bytes of its output were read before, `start` or `again`, a name of
this attempt, so that an earlier one's end is never taken for its own, and the script's size in bytes."""

STOP: Final = BASE + 'systemctl stop "kubetui-$1" 2>/dev/null\nrm -rf "${base:?}/$1"\n'
"""Ends the step whose id is the argument; succeeds where it had ended before."""

TIDY: Final = BASE + 'for id; do rm -rf "${base:?}/$id"; done\n'
"""Removes what the steps whose ids are the arguments left behind."""
