"""Collects everything needed to diagnose a failed run, without secrets.

This module lists each file that it takes; keys, kubeconfigs and host keys are not among them. Everything is redacted
again on its way: by the cluster's secrets, which this process reads first, and by what secrets look like.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import yaml

from kubetui.base.errors import KubetuiError
from kubetui.base.files import open_regular
from kubetui.base.redaction import STARS, Stream, redact_unseen, redacted, remember_key
from kubetui.base.text import LineCutter
from kubetui.cluster.folder import Cluster
from kubetui.host.report import checks, versions
from kubetui.machines.vagrant.project import VagrantProject
from kubetui.operations import plan as planview
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.record import journal

Found = TypeVar("Found")

_CHUNK: Final = 65536
_LARGEST: Final = 4 * journal.MAX_BYTES
"""Bytes that are read of a file that is parsed as a whole."""
_WORD: Final = re.compile(r"[A-Za-z0-9+/=]{8,}")
_SHORTEST: Final = 8
"""Characters that a line of a key needs to be searched for."""
_PLAIN: Final = (
    ("journal", "what every run began and how it ended"),
    ("journal.old", "an older journal"),
    ("journal.torn", "the incomplete end of a journal"),
)
_DOCUMENTS: Final = (
    ("machines.json", "the settings for Vagrant"),
    ("box.json", "the box that was decided on"),
    ("checks.json", "the last checks of the cluster"),
    ("timings.json", "how long each task of the last run took"),
)
_LOGS: Final = (
    (".log", "the machine's output"),
    (".old", "its output in earlier runs"),
    (".older", "the last lines of an unfinished step"),
    (".tail", "the last lines of an unfinished step"),
)
_REHEARSAL_KEYS: Final = ("rehearsal/id_ed25519", "rehearsal/host_key")
"""Never taken: only read, as Vagrant's keys are, to recognise them elsewhere."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a report: its name, a description, and the file with its redacted text."""

    name: str
    about: str
    path: Path

    @property
    def size(self) -> int:
        """Its size in bytes."""
        return self.path.stat().st_size


class Collector:
    """Puts redacted copies into `folder`, and lists what it could not read."""

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        self._cluster = cluster
        self._folder = folder
        self._home = str(Path.home())
        self._key_lines: set[str] = set()
        self.parts: list[Part] = []
        self.missing: list[str] = []

    async def collect(self) -> None:
        """Collect everything. Raises nothing for damaged files."""
        self._learn()
        profile = self._try("profile.yaml", self._profile)
        plan = self._try("the plan", lambda: Plan(profile)) if profile else None
        if plan is not None:
            self._try("plan.json", lambda: self._document("plan.json", "the plan", planview.plan_document(plan)))
        for name, about in _DOCUMENTS:
            self._json(name, about)
        for name, about in _PLAIN:
            self._file(self._cluster.folder / name, name, about)
        for suffix, about in _LOGS:
            for path in sorted(self._cluster.logs.glob(f"*{suffix}")):
                self._file(path, f"logs/{path.name}", about)
        await self._asked("host.json", "the checks of kubetui doctor", checks(plan))
        await self._asked("versions.json", "kubetui, Python, libraries, Vagrant and its plugins", versions())
        last = self._try("the last run", self._last_run)
        self._text("summary.txt", "the last run, and what could not be collected", self._summary(last))
        self.parts.insert(0, self.parts.pop())

    def _try(self, what: str, look: Callable[[], Found]) -> Found | None:
        try:
            return look()
        except (OSError, KubetuiError, ValueError, yaml.YAMLError) as error:
            self.missing.append(f"{what}: {' '.join(str(error).split())}")
            return None

    async def _asked(self, name: str, about: str, answer: Awaitable[object]) -> None:
        try:
            self._document(name, about, await answer)
        except (OSError, KubetuiError, ValueError) as error:
            self.missing.append(f"{name}: {' '.join(str(error).split())}")

    def _learn(self) -> None:
        """Read the cluster's secrets, so that redaction finds them everywhere."""
        if self._cluster.kubeconfig.exists():
            self._try("the kubeconfig's key, to recognise it", lambda: remember_key(_text(self._cluster.kubeconfig)))
        rehearsal = (self._cluster.folder / name for name in _REHEARSAL_KEYS)
        for path in (*VagrantProject(self._cluster.folder).keys(), *filter(Path.exists, rehearsal)):
            self._key_lines.update(self._try("a key, to recognise it", partial(_key_lines, path)) or ())

    def _profile(self) -> Profile | None:
        """Take the profile: parsed if it is valid, as plain text otherwise."""
        path, about = self._cluster.profile, "the cluster's profile"
        try:
            profile = profilefile.load_built(self._cluster)
        except KubetuiError as error:
            self.missing.append(f"the profile as values: {' '.join(error.message.split())}")
            self._file(path, "profile.yaml", f"{about}, as plain text")
            return None
        values = redacted(yaml.safe_load(profilefile.dump(profile)))
        self._text("profile.yaml", about, yaml.safe_dump(values, sort_keys=False, allow_unicode=True))
        return profile

    def _last_run(self) -> journal.LastRun | None:
        path = self._cluster.journal
        if not (path.exists() or path.is_symlink()):
            return None
        records, _torn = journal.parse(_read(path), path.name)
        return journal.last_run(records)

    def _json(self, name: str, about: str) -> None:
        """Take a document: parsed if it is valid, as plain text otherwise."""
        path = self._cluster.folder / name
        try:
            self._document(name, about, json.loads(_read(path)))
        except FileNotFoundError:
            return
        except (OSError, KubetuiError, ValueError, RecursionError):
            self._file(path, name, f"{about}, as plain text")

    def _summary(self, last: journal.LastRun | None) -> Iterable[str]:
        if last is None:
            yield "There was no run."
        else:
            how = "was interrupted" if not last.ended else "succeeded" if last.ok else "failed"
            yield f"The last run {how}; its last record is from {time.strftime('%F %T', time.localtime(last.at))}."
            yield from (f"failed: {task}" for task in last.failed)
            yield from (f"in flight: {task}" for task in last.in_flight)
        yield ""
        yield "Not collected:" if self.missing else "Everything was collected."
        yield from self.missing

    def _file(self, path: Path, name: str, about: str) -> None:
        """Take a file, if it exists."""
        if path.exists() or path.is_symlink():
            self._try(name, lambda: self._keep(name, about, _lines(path)))

    def _document(self, name: str, about: str, document: object) -> None:
        text = json.dumps(redacted(document, hide=self._hidden), indent=2, ensure_ascii=False, default=str)
        self._write(name, about, text.splitlines())

    def _text(self, name: str, about: str, text: str | Iterable[str]) -> None:
        self._keep(name, about, text.splitlines() if isinstance(text, str) else text)

    def _keep(self, name: str, about: str, lines: Iterable[str]) -> None:
        self._write(name, about, map(self._hider(), lines))

    def _write(self, name: str, about: str, lines: Iterable[str]) -> None:
        path = self._folder / f"{len(self.parts)}"
        with path.open("w", encoding="utf-8", errors="replace") as file:
            file.writelines(self._without_home(line) + "\n" for line in lines)
        self.parts.append(Part(name, about, path))

    def _hider(self) -> Callable[[str], str]:
        """Return a function that redacts the lines of one file in order."""
        stream = Stream()

        def hide(line: str) -> str:
            # an already redacted key has no END line, so the stream must not wait for one
            return self._hidden(line if f"PRIVATE KEY-----{STARS}" in line else stream(line))

        return hide

    def _hidden(self, text: str) -> str:
        # looking up each word costs a hundredth of searching for every line of every key
        for line in self._key_lines.intersection(_WORD.findall(text)):
            text = text.replace(line, STARS)
        return redact_unseen(text)

    def _without_home(self, text: str) -> str:
        return text if self._home == "/" else text.replace(self._home, "~")


def _read(path: Path) -> bytes:
    with open_regular(path, follow=False) as file:
        return file.read(_LARGEST)


def _text(path: Path) -> str:
    return _read(path).decode(errors="replace")


def _key_lines(path: Path) -> set[str]:
    return {line for line in _text(path).split("\n") if len(line) >= _SHORTEST and "-----" not in line}


def _lines(path: Path) -> Iterator[str]:
    cutter = LineCutter()
    with open_regular(path, follow=False) as file:
        while data := file.read(_CHUNK):
            yield from cutter.feed(data)
    yield from cutter.close()
