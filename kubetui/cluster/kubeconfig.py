"""Merges a cluster's kubeconfig into the person's own file without changing any other entry.

It edits the file's YAML as a tree of nodes and writes it again: other entries and fields that kubetui does not
know keep their text. Comments are lost, as with kubectl; the backup has them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final

import yaml

from kubetui.base.errors import BusyError, UsageError
from kubetui.base.files import linked, make_folder, write_private
from kubetui.cluster.kubetree import EMPTY, back_up, field, listed, load, node_of, parse, plain, put, read, text_of

LOCK_SECONDS: Final = 10.0
"""Seconds to wait for a kubectl that is writing; it takes milliseconds."""
_PAUSE: Final = 0.02
_KINDS: Final = {"clusters": "cluster", "users": "user", "contexts": "context"}
_EXTENSION: Final = "kubetui"
_CURRENT: Final = "current-context"


@dataclass(frozen=True, slots=True)
class Merged:
    """The result of a merge; `backup` is set when it changed an existing file."""

    path: Path
    changed: bool
    backup: Path | None = None


def files() -> tuple[Path, ...]:
    """Return the files that kubectl reads: those of `$KUBECONFIG`, or the default one."""
    names = dict.fromkeys(filter(None, os.environ.get("KUBECONFIG", "").split(os.pathsep)))
    return tuple(Path(name).absolute() for name in names) or (Path.home() / ".kube" / "config",)


def target(source: Path, name: str) -> Path:
    """Return the file to merge a cluster into, by kubectl's rule (client-go, clientcmd/config.go).

    The one that has its context already, or else the first of `files` that exists, or the last.
    """
    known = files()
    having = (path for path in known if "contexts" in _owned(path, source, name))
    existing = (path for path in known if path.exists())
    return next(chain(having, existing, known[-1:]))


def merge(source: Path, name: str, into: Path) -> Merged:
    """Merge a cluster's kubeconfig into `into`, as context and cluster NAME and user NAME-admin.

    Repeating it changes nothing; after a cluster was rebuilt in the same folder, it replaces that cluster's entries.
    Raises UsageError when an entry with that name belongs to another cluster, also in another file that kubectl reads
    with this one, BusyError when kubectl's lock is not released, KubetuiError when `into` is a symbolic link.
    """
    wanted = entries(load(source), name, source)
    if into.is_symlink():
        raise linked(into)
    make_folder(into.parent)
    with lock(into):
        before = read(into)
        tree = parse(before or EMPTY, into)
        others = _beside(into)
        for path, other in others.items():
            for kind, entry in wanted.items():
                _find(other, kind, entry, path)
        changed = [_put(tree, kind, entry, into) for kind, entry in wanted.items()]
        if not any(changed):
            return Merged(into, changed=False)
        if not any(field(each, _CURRENT) for each in (tree, *others.values())):
            put(tree, _CURRENT, name)
        text = text_of(tree)
        backup = back_up(into, before) if before is not None else None
        write_private(into, text)
    return Merged(into, changed=True, backup=backup)


def unmerge(source: Path, name: str, path: Path) -> bool:
    """Take a cluster's entries out of a file, and the current context if it is this cluster's.

    Only entries that `merge` marked as this cluster's go. Return whether there were any. Raises as `merge` does.
    """
    if not _owned(path, source, name):
        return False
    if path.is_symlink():
        raise linked(path)
    with lock(path):
        before = read(path) or EMPTY
        tree = parse(before, path)
        gone = [kind for kind in _KINDS if _take_away(tree, kind, source, name, path)]
        if "contexts" in gone and field(tree, _CURRENT) == name:
            put(tree, _CURRENT, "")
        if text_of(parse(before, path)) != before:
            # somebody's own layout and comments get lost
            back_up(path, before)
        write_private(path, text_of(tree))
    return bool(gone)


def has(source: Path, name: str, path: Path) -> bool:
    """Whether a file has entries of a cluster. Raises as `merge` does."""
    return bool(_owned(path, source, name))


def forget(name: str, path: Path) -> bool:
    """Take the current context away if it is `name`, which no file of kubectl's has any more; return whether it was.

    kubectl looks for it in all files, and would answer every command with an error. Raises as `merge` does.
    """
    trees = {each: parse(read(each) or EMPTY, each) for each in {*files(), path}}
    known = {entry.get("name") for tree in trees.values() for entry in _entries(tree, path)}
    if field(trees[path], _CURRENT) != name or name in known:
        return False
    if path.is_symlink():
        raise linked(path)
    with lock(path):
        tree = parse(read(path) or EMPTY, path)
        if field(tree, _CURRENT) != name:
            return False
        put(tree, _CURRENT, "")
        write_private(path, text_of(tree))
    return True


def _entries(tree: yaml.MappingNode, path: Path) -> list[dict[str, Any]]:
    found = (plain(node) for node in listed(tree, "contexts", path).value)
    return [each for each in found if isinstance(each, dict)]


def _beside(into: Path) -> dict[Path, yaml.MappingNode]:
    """Return the other files that kubectl reads together with one."""
    known = files()
    return {path: parse(read(path) or EMPTY, path) for path in known if path != into} if into in known else {}


def _owned(path: Path, source: Path, name: str) -> tuple[str, ...]:
    """Return the kinds of entries that a file has from a cluster."""
    text = read(path)
    # most files have none, and parsing a large one takes long
    if text is None or str(source) not in text:
        return ()
    tree = parse(text, path)
    return tuple(kind for kind in _KINDS if _take_away(tree, kind, source, name, path))


def _take_away(tree: yaml.MappingNode, kind: str, source: Path, name: str, path: Path) -> bool:
    """Remove a cluster's entries of one kind; return whether there were any."""
    nodes = listed(tree, kind, path).value
    kept = [node for node in nodes if not _from(plain(node), kind, source, name)]
    gone = len(kept) < len(nodes)
    nodes[:] = kept
    return gone


def _from(entry: Any, kind: str, source: Path, name: str) -> bool:
    """Return whether `merge` put an entry there for this cluster."""
    if not isinstance(entry, dict) or entry.get("name") != _names(name)[kind]:
        return False
    what = entry.get(_KINDS[kind])
    return isinstance(what, dict) and _mark(source)[0] in (what.get("extensions") or ())


def entries(config: dict[str, Any], name: str, source: Path) -> dict[str, dict[str, Any]]:
    """Return the entries (cluster, user, context) that represent a cluster in a shared file.

    kubeadm names its user kubernetes-admin in every cluster, so they would collide. An extension, which kubectl
    keeps, records the folder that an entry came from. Raises UsageError when the kubeconfig is incomplete.
    """
    mark, names = _mark(source), _names(name)
    try:
        cluster = config["clusters"][0]["cluster"]
        user = config["users"][0]["user"]
        cluster["server"], cluster["certificate-authority-data"]
    except (LookupError, TypeError) as error:
        raise UsageError(f"{source} is not a cluster's kubeconfig.", fix=f"kubetui start {name} writes it.") from error
    context = {"cluster": names["clusters"], "user": names["users"], "extensions": mark}
    return {
        "clusters": {"name": names["clusters"], "cluster": {**cluster, "extensions": mark}},
        "users": {"name": names["users"], "user": {**user, "extensions": mark}},
        "contexts": {"name": names["contexts"], "context": context},
    }


def _names(name: str) -> dict[str, str]:
    return {"clusters": name, "users": f"{name}-admin", "contexts": name}


def _mark(source: Path) -> list[dict[str, Any]]:
    return [{"name": _EXTENSION, "extension": {"from": str(source)}}]


@contextmanager
def lock(path: Path, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Hold kubectl's lock on a kubeconfig: the file FILE.lock (client-go, clientcmd/loader.go).

    Raises BusyError when another process does not release it.
    """
    held = path.with_name(f"{path.name}.lock")
    end = time.monotonic() + seconds
    while True:
        try:
            os.close(os.open(held, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            break
        except FileExistsError:
            if time.monotonic() > end:
                raise BusyError(
                    f"{path} is locked: {held} has existed for more than {seconds:.0f} s.",
                    fix=f"Wait until kubectl ends. If none runs, a killed one left the lock: rm {held}",
                    id="KUBECONFIG-LOCKED",
                ) from None
            time.sleep(_PAUSE)
    try:
        yield
    finally:
        held.unlink(missing_ok=True)


def _put(tree: yaml.MappingNode, kind: str, wanted: dict[str, Any], path: Path) -> bool:
    """Add an entry, or replace our own; return whether anything changed."""
    nodes = listed(tree, kind, path)
    index = _find(tree, kind, wanted, path)
    if index is None:
        nodes.value.append(node_of(wanted))
        nodes.flow_style = False
        return True
    if plain(nodes.value[index]) == wanted:
        return False
    nodes.value[index] = node_of(wanted)
    return True


def _find(tree: yaml.MappingNode, kind: str, wanted: dict[str, Any], path: Path) -> int | None:
    """Return where an entry is already; None if nowhere. Raises UsageError when the name belongs to another cluster."""
    for index, node in enumerate(listed(tree, kind, path).value):
        found = plain(node)
        if not isinstance(found, dict) or found.get("name") != wanted["name"]:
            continue
        if found != wanted and not _ours(found.get(_KINDS[kind]), wanted[_KINDS[kind]]):
            raise UsageError(_taken(kind, found, path), fix=_free(kind, wanted["name"], path), id="KUBECONFIG-TAKEN")
        return index
    return None


def _ours(found: Any, wanted: dict[str, Any]) -> bool:
    """Return whether an entry has the same content as ours, or came from the same folder."""
    if not isinstance(found, dict):
        return False
    same = [key for key in wanted if key != "extensions"]
    return found.get("extensions") == wanted["extensions"] or all(found.get(key) == wanted[key] for key in same)


def _taken(kind: str, found: dict[str, Any], path: Path) -> str:
    what = found.get(_KINDS[kind])
    about = what.get("server") or what.get("cluster") if isinstance(what, dict) else None
    where = f" ({about})" if about else ""
    return f"{path} has a {_KINDS[kind]} {found['name']}{where} that belongs to another cluster; nothing was changed."


def _free(kind: str, name: str, path: Path) -> str:
    word = {"clusters": "delete-cluster", "users": "delete-user", "contexts": "delete-context"}[kind]
    return f"Merge into another file (--into), or if no one needs it: kubectl --kubeconfig={path} config {word} {name}"
