"""A cluster's folder as a Vagrant project: the files that kubetui writes for Vagrant, and Vagrant's own records."""

from __future__ import annotations

import json
import os
from importlib import resources
from pathlib import Path
from typing import Any

from kubetui.base.errors import ForeignError
from kubetui.base.files import private_folder, write_private
from kubetui.cluster.folder import made_by_vagrant

MACHINES_FILE = "machines.json"


class VagrantProject:
    """The Vagrant files of one cluster; writing leaves up-to-date files alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, document: dict[str, Any]) -> None:
        """Write the Vagrantfile and machines.json.

        Machines that exist but are not in `document` keep their entry, so that a destroy finds them.
        """
        planned = {machine["name"] for machine in document["machines"]}
        kept = [
            old for old in self.written().get("machines", []) if old["name"] not in planned and self.knows(old["name"])
        ]
        whole = {**document, "machines": [*document["machines"], *kept]}
        private_folder(self._folder)
        _write(self._folder / MACHINES_FILE, json.dumps(whole, indent=2) + "\n")
        self.write_vagrantfile()

    def write_vagrantfile(self) -> None:
        """Write only the Vagrantfile."""
        _write(self._folder / "Vagrantfile", vagrantfile())

    def written(self) -> dict[str, Any]:
        """Return machines.json as it is on disk, empty when missing. Raises ForeignError when it is not kubetui's."""
        try:
            text = (self._folder / MACHINES_FILE).read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        try:
            document: dict[str, Any] = json.loads(text)
        except ValueError as error:
            raise ForeignError(
                f"{self._folder / MACHINES_FILE} is not what kubetui wrote: {error}",
                fix="Move the file away; kubetui then writes it again.",
                id="FOLDER",
            ) from error
        return document

    def knows(self, machine: str) -> bool:
        """Return whether Vagrant recorded that it created this machine."""
        return bool(made_by_vagrant(self._folder, machine))

    def addresses(self) -> frozenset[str]:
        """Return the addresses of the machines that Vagrant created; none when machines.json is not kubetui's."""
        try:
            machines = self.written().get("machines", [])
        except ForeignError:
            # the run itself reports what is wrong with the folder
            machines = []
        return frozenset(machine.get("address", "") for machine in machines if self.knows(machine["name"]))

    def key(self, machine: str, provider: str) -> Path:
        """Return the file of the key that Vagrant makes for a machine."""
        return self._folder / ".vagrant" / "machines" / machine / provider / "private_key"

    def keys(self) -> tuple[Path, ...]:
        """Return every private key that Vagrant keeps for the cluster's machines."""
        return tuple(self._folder.glob(".vagrant/machines/*/*/private_key"))

    def refuse_others(self, cluster: str, provider: str) -> None:
        """Raise ForeignError when the folder has machines of another provider."""
        for _, made_by in made_by_vagrant(self._folder):
            if made_by != provider:
                raise ForeignError(
                    f"The cluster {cluster} has machines of the provider {made_by}, and the profile says {provider}.",
                    fix=f"Remove them first (kubetui destroy {cluster}), or choose another name.",
                    id="PROVIDER-CHANGED",
                )


def vagrantfile() -> str:
    """Return the Vagrantfile, which is the same for every cluster."""
    return resources.files("kubetui.machines.vagrant").joinpath("Vagrantfile").read_text(encoding="utf-8")


def _write(path: Path, text: str) -> None:
    """Write a file only when it changes."""
    if path.is_symlink() or not path.is_file() or path.read_bytes() != text.encode():
        write_private(path, text)


def vagrant_home() -> Path:
    """Return Vagrant's home, which holds its boxes: `$VAGRANT_HOME`, by default `~/.vagrant.d`."""
    return Path(os.environ.get("VAGRANT_HOME") or Path.home() / ".vagrant.d")
