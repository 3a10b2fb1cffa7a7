"""The shell scripts that run commands inside a machine: constants, which take data only as arguments and on stdin.

A step runs as a transient systemd unit that writes its output to a file and its exit code last. A lost connection
does not end it, and the next connection reads on from the last byte. The script, which may hold secrets, arrives on
standard input, is stored in /run with mode 0600 and deletes itself as it starts.
"""

from __future__ import annotations

from typing import Final

from kubetui.base.scripts import script

UNKNOWN: Final = 254
"""The launcher's exit status when it cannot tell how the step ended."""
NOT_BEGUN: Final = 253
"""The launcher's exit status when systemd refused to start the step, as it does during a shutdown."""
LOST: Final = (UNKNOWN, NOT_BEGUN)

READ: Final = script(__package__, "read.sh")
"""Runs the script on standard input; the argument is its size in bytes. It is read whole first: otherwise the
script's first command that reads standard input would swallow the rest."""

RUN: Final = "exec 2>&1\n" + READ
"""The same, with standard error merged into the output."""

FEED: Final = script(__package__, "feed.sh")
"""Runs a script that reads what comes after it on standard input; the argument is its size in bytes."""

FORGET: Final = 'rm -f -- "$0"\n'
"""The first line of a script for `LAUNCH`: bash has the file open, and nothing else needs it."""

FAILED_AT: Final = "kubetui-failed-at "
"""The start of the line that reports where a script failed; the failing line numbers follow, innermost first."""

SEPARATOR: Final = "\N{SYMBOL FOR RECORD SEPARATOR}"
"""What is left, once cleaned, of the control character before the two marks that follow; hardly any output has it."""
CALLS: Final = f"{SEPARATOR}kubetui-calls "
"""The start of the line with a command that is about to run."""
BROKE: Final = f"{SEPARATOR}kubetui-broke "
"""The start of the line with a command that has failed."""

WATCH: Final = script(__package__, "watch.sh")
"""Makes a script report its commands and where it failed.

Of the latter it reports line numbers only: kubetui knows the text of the lines, and no value is printed. The ERR trap
does not see an explicit exit, and a step's own EXIT trap would replace one set here, so `exit` is wrapped too."""

BASE: Final = "base=${KUBETUI_RUN:-/run/kubetui}\n"

LAUNCH: Final = BASE + script(__package__, "launch.sh")
"""Starts a step, or follows a running one. Arguments: the step's id, how many bytes of its output were read before,
`start` or `again`, a name for this attempt, which keeps it apart from earlier ones, and the script's size in bytes."""

STOP: Final = BASE + 'systemctl stop "kubetui-$1" 2>/dev/null\nrm -rf "${base:?}/$1"\n'
"""Stops the step whose id is the argument; succeeds if it had ended already."""

TIDY: Final = BASE + 'for id; do rm -rf "${base:?}/$id"; done\n'
"""Deletes the files of the steps whose ids are the arguments."""
