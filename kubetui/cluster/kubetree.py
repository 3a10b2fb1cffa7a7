"""A kubeconfig file as a tree of YAML nodes, which keeps the text of everything that is not touched."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import yaml

from kubetui.base.errors import UsageError
from kubetui.base.files import write_private

MAX_BYTES: Final = 4 * 1024 * 1024
EMPTY: Final = "apiVersion: v1\nkind: Config\npreferences: {}\nclusters: []\nusers: []\ncontexts: []\n"


def listed(tree: yaml.MappingNode, key: str, path: Path) -> yaml.SequenceNode:
    """Return the node of a list, which is made if the file lacks it. Raises UsageError when it is no list."""
    for name, node in tree.value:
        if name.value == key:
            if isinstance(node, yaml.SequenceNode):
                return node
            if node.tag != "tag:yaml.org,2002:null":
                raise unreadable(path, f"{key} is not a list")
            tree.value.remove((name, node))
            break
    made = yaml.SequenceNode("tag:yaml.org,2002:seq", [], flow_style=False)
    tree.value.append((node_of(key), made))
    return made


def field(tree: yaml.MappingNode, key: str) -> str:
    """Return the text of a field; empty if it has none."""
    found = next((node for name, node in tree.value if name.value == key), None)
    return str(found.value) if isinstance(found, yaml.ScalarNode) and found.tag != "tag:yaml.org,2002:null" else ""


def put(tree: yaml.MappingNode, key: str, value: str) -> None:
    """Set a field."""
    for index, (name, _) in enumerate(tree.value):
        if name.value == key:
            tree.value[index] = (name, node_of(value))
            return
    tree.value.append((node_of(key), node_of(value)))


def parse(text: str, path: Path) -> yaml.MappingNode:
    """Parse a file. Raises UsageError when it is no mapping."""
    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise unreadable(path, str(error).split("\n", maxsplit=1)[0]) from None
    if not isinstance(tree, yaml.MappingNode):
        raise unreadable(path, "it has no keys and values")
    return tree


def node_of(value: Any) -> Any:
    """Return a value as a node."""
    return yaml.compose(yaml.safe_dump(value, sort_keys=False), Loader=yaml.SafeLoader)


def plain(node: yaml.Node) -> Any:
    """Return a node as a value; None where it has none."""
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_document(node)
    except (yaml.YAMLError, RecursionError, ValueError, TypeError):
        return None
    finally:
        loader.dispose()


def text_of(tree: yaml.Node) -> str:
    """Return a tree as text."""
    return str(yaml.serialize(tree, Dumper=yaml.SafeDumper, width=1_000_000, allow_unicode=True))


def load(source: Path) -> dict[str, Any]:
    """Return a file as values. Raises UsageError when there is none, or it cannot be read."""
    text = read(source)
    if text is None:
        raise UsageError(f"There is no kubeconfig at {source} yet.", fix="kubetui up writes it.", id="KUBECONFIG")
    config = plain(parse(text, source))
    return config if isinstance(config, dict) else {}


def read(path: Path) -> str | None:
    """Return a file's text; None when it is missing or empty."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise unreadable(path, "it is larger than 4 MiB")
        return path.read_text(encoding="utf-8") or None
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, str(error)) from None


def unreadable(path: Path, why: str) -> UsageError:
    """Return the error for a file that is no kubeconfig."""
    return UsageError(f"{path} cannot be read as a kubeconfig: {why}.", fix="Nothing was changed.", id="KUBECONFIG")


def back_up(path: Path, text: str) -> Path:
    """Write a copy beside a file, and return its path."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    for number in range(1000):
        backup = path.with_name(f"{path.name}.before-kubetui-{stamp}{f'-{number}' if number else ''}")
        with suppress(FileExistsError):
            os.close(os.open(backup, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            write_private(backup, text)
            return backup
    raise UsageError(f"{path} has too many backups.", fix="Move some of them away.")
