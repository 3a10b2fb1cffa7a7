"""An error from what Vagrant printed: the failure that is recognised in it, or its last words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kubetui.base.errors import KubetuiError, RunError
from kubetui.base.system import System, install_hint, plugin_hint
from kubetui.machines.vagrant.failures import KNOWN, Known

_SHOWN = 8
"""Lines of an unknown failure that become part of its message."""


def explain(command: str, code: int, output: Sequence[str], system: System) -> KubetuiError:
    """Return the error for a Vagrant command that failed with `output`, its last lines, as a note of it.

    `command` is what was run, such as `vagrant up kubmaster`. Known texts become their own message; of
    anything else the last paragraph is shown as it is.
    """
    flat = " ".join(" ".join(output).split())
    error = next((found for known in KNOWN if (found := _match(known, flat, system))), None)
    if error is None:
        error = RunError(
            f"{command} ended with exit code {code}. Its last words:\n" + "\n".join(_last_words(output)),
            fix="The log has all of it. Run the same command again to go on from here.",
            id="VAGRANT",
        )
    if output:
        error.add_note("\n".join(output))
    return error


def _match(known: Known, flat: str, system: System) -> KubetuiError | None:
    found = re.search(known.pattern, flat)
    if not found:
        return None
    # only what the pattern named is filled in, once: a brace in Vagrant's output stays a brace
    values = {name: value.strip() for name, value in found.groupdict().items() if value}
    plugin = {"libvirt": "vagrant-libvirt", "lxc": "vagrant-lxc", "vmware_desktop": "vagrant-vmware-desktop"}
    values["plugin"] = plugin_hint(plugin.get(values.get("provider", ""), "PLUGIN"), system)
    values["virtualbox"] = install_hint("virtualbox", system)
    values["lxc"] = install_hint("lxc", system)
    return known.kind(known.message.format_map(values), fix=known.fix.format_map(values), id=known.id)


def _last_words(output: Sequence[str]) -> list[str]:
    """Return the last lines that are not empty, and the paragraph that they are in, as far as it fits."""
    return [f"  {line}" for line in output if line.strip()][-_SHOWN:]
