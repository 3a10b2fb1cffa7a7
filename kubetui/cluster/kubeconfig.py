"""Merges a cluster's kubeconfig into the person's own file without changing any other entry.

It edits the file's YAML as a tree of nodes and writes it again: other entries and fields that kubetui does not
know keep their text. Comments are lost, as with kubectl; the backup has them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from kubetui.base.errors import BusyError, UsageError
from kubetui.base.files import linked, make_folder, write_private

MAX_BYTES: Final = 4 * 1024 * 1024
LOCK_SECONDS: Final = 10.0
"""Seconds to wait for a kubectl that is writing; it takes milliseconds."""
_PAUSE: Final = 0.02
_KINDS: Final = {"clusters": "cluster", "users": "user", "contexts": "context"}
_EXTENSION: Final = "kubetui"
_EMPTY: Final = "apiVersion: v1\nkind: Config\npreferences: {}\nclusters: []\nusers: []\ncontexts: []\n"


@dataclass(frozen=True, slots=True)
class Merged:
    """The result of a merge; `backup` is set when it changed an existing file."""

    path: Path
    changed: bool
    backup: Path | None = None


def default_path() -> Path:
    """Return the file that kubectl reads by default."""
    return Path.home() / ".kube" / "config"


def merge(source: Path, name: str, into: Path) -> Merged:
    """Merge a cluster's kubeconfig into `into`, as context and cluster NAME and user NAME-admin.

    Repeating it changes nothing; after a cluster was rebuilt in the same folder, it replaces that cluster's entries.
    Raises UsageError when an entry with that name belongs to another cluster, BusyError when kubectl's lock
    is not released, KubetuiError when `into` is a symbolic link.
    """
    wanted = entries(_load(source), name, source)
    if into.is_symlink():
        raise linked(into)
    make_folder(into.parent)
    with lock(into):
        before = _read(into)
        tree = _tree(before or _EMPTY, into)
        changed = [_put(tree, kind, entry, into) for kind, entry in wanted.items()]
        if not any(changed):
            return Merged(into, changed=False)
        _default(tree, "current-context", name)
        text = _text(tree)
        backup = _back_up(into, before) if before is not None else None
        write_private(into, text)
    return Merged(into, changed=True, backup=backup)


def entries(config: dict[str, Any], name: str, source: Path) -> dict[str, dict[str, Any]]:
    """Return the entries (cluster, user, context) that represent a cluster in a shared file.

    kubeadm names its user kubernetes-admin in every cluster, so they would collide. An extension, which kubectl
    keeps, records the folder that an entry came from. Raises UsageError when the kubeconfig is incomplete.
    """
    mark = [{"name": _EXTENSION, "extension": {"from": str(source)}}]
    try:
        cluster = config["clusters"][0]["cluster"]
        user = config["users"][0]["user"]
        cluster["server"], cluster["certificate-authority-data"]
    except (LookupError, TypeError) as error:
        raise UsageError(f"{source} is not a cluster's kubeconfig.", fix=f"kubetui up {name} writes it.") from error
    admin = f"{name}-admin"
    return {
        "clusters": {"name": name, "cluster": {**cluster, "extensions": mark}},
        "users": {"name": admin, "user": {**user, "extensions": mark}},
        "contexts": {"name": name, "context": {"cluster": name, "user": admin, "extensions": mark}},
    }


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
    listed = _list(tree, kind, path)
    for index, node in enumerate(listed.value):
        found = _plain(node)
        if not isinstance(found, dict) or found.get("name") != wanted["name"]:
            continue
        if found == wanted:
            return False
        if not _ours(found.get(_KINDS[kind]), wanted[_KINDS[kind]]):
            raise UsageError(_taken(kind, found, path), fix=_free(kind, wanted["name"], path), id="KUBECONFIG-TAKEN")
        listed.value[index] = _node(wanted)
        return True
    listed.value.append(_node(wanted))
    listed.flow_style = False
    return True


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


def _list(tree: yaml.MappingNode, key: str, path: Path) -> yaml.SequenceNode:
    for name, node in tree.value:
        if name.value == key:
            if isinstance(node, yaml.SequenceNode):
                return node
            if node.tag != "tag:yaml.org,2002:null":
                raise _unreadable(path, f"{key} is not a list")
            tree.value.remove((name, node))
            break
    made = yaml.SequenceNode("tag:yaml.org,2002:seq", [], flow_style=False)
    tree.value.append((_node(key), made))
    return made


def _default(tree: yaml.MappingNode, key: str, value: str) -> None:
    """Set a value that the file does not have."""
    for index, (name, node) in enumerate(tree.value):
        if name.value == key:
            if not node.value:
                tree.value[index] = (name, _node(value))
            return
    tree.value.append((_node(key), _node(value)))


def _tree(text: str, path: Path) -> yaml.MappingNode:
    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise _unreadable(path, str(error).split("\n", maxsplit=1)[0]) from None
    if not isinstance(tree, yaml.MappingNode):
        raise _unreadable(path, "it has no keys and values")
    return tree


def _node(value: Any) -> Any:
    return yaml.compose(yaml.safe_dump(value, sort_keys=False), Loader=yaml.SafeLoader)


def _plain(node: yaml.Node) -> Any:
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_document(node)
    except (yaml.YAMLError, RecursionError, ValueError, TypeError):
        return None
    finally:
        loader.dispose()


def _text(tree: yaml.Node) -> str:
    return str(yaml.serialize(tree, Dumper=yaml.SafeDumper, width=1_000_000, allow_unicode=True))


def _load(source: Path) -> dict[str, Any]:
    text = _read(source)
    if text is None:
        raise UsageError(f"There is no kubeconfig at {source} yet.", fix="kubetui up writes it.", id="KUBECONFIG")
    config = _plain(_tree(text, source))
    return config if isinstance(config, dict) else {}


def _read(path: Path) -> str | None:
    """Return a file's text; None when it is missing or empty."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _unreadable(path, "it is larger than 4 MiB")
        return path.read_text(encoding="utf-8") or None
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, str(error)) from None


def _unreadable(path: Path, why: str) -> UsageError:
    return UsageError(f"{path} cannot be read as a kubeconfig: {why}.", fix="Nothing was changed.", id="KUBECONFIG")


def _back_up(path: Path, text: str) -> Path:
    stamp = time.strftime("%Y%m%d-%H%M%S")
    for number in range(1000):
        backup = path.with_name(f"{path.name}.before-kubetui-{stamp}{f'-{number}' if number else ''}")
        with suppress(FileExistsError):
            os.close(os.open(backup, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            write_private(backup, text)
            return backup
    raise UsageError(f"{path} has too many backups.", fix="Move some of them away.")
