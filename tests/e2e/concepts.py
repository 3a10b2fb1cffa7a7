"""Runs the concepts' commands where their headers say, as the person would: many in one SSH session."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from kubetui.explain.concepts import At, all_concepts
from tests.e2e.conftest import Lab

MARK = "@@ concept"
RUN = f"""
try() {{
  output=$(bash -c "$2" 2>/tmp/concept-errors </dev/null)
  printf '%s\\n' "{MARK} $1 $?" "$output" "stderr: $(cat /tmp/concept-errors)"
}}
"""


def commands(*places: At) -> dict[str, str]:
    """Return the command of each concept that runs at one of these places."""
    return {each.name: each.command for each in all_concepts() if each.at in places}


def failures(lab: Lab, places: Sequence[At], machine: str | None = None) -> dict[str, str]:
    """Run the concepts' commands on a machine, or on this host; return what those print that fail or print nothing."""
    wanted = commands(*places)
    script = RUN + "".join(f"try {name} {shlex.quote(command)}\n" for name, command in wanted.items())
    there = ("vagrant", "ssh", machine, "--no-tty", "-c", f"bash -c {shlex.quote(script)}")
    printed = lab.run(*(there if machine else ("bash", "-c", script)), cwd=lab.folder)
    found = re.findall(rf"^{MARK} (\S+) (\d+)\n(.*?)^stderr: (.*?)(?=^{MARK} |\Z)", printed, re.MULTILINE | re.DOTALL)
    assert [name for name, *_ in found] == list(wanted), printed
    return {name: f"{code}: {out}{said}" for name, code, out, said in found if code != "0" or not out.strip()}
