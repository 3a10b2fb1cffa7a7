"""Files carried into a machine and out of it, in pieces that each can be sent again."""

from __future__ import annotations

import base64
import gzip
from pathlib import Path
from typing import BinaryIO, Final

from kubetui.base.errors import RunError
from kubetui.base.scripts import script
from kubetui.remote.command import Command
from kubetui.remote.node import Node

MIB: Final = 4
"""The size of a piece: a few hundred KiB on the way, since databases compress well."""
_PIECE: Final = MIB * 2**20
_AGAIN: Final = "Run the same command again."
GET: Final = script(__package__, "get-piece.sh")
PUT: Final = script(__package__, "put-piece.sh")


async def fetch(node: Node, path: str, size: int, into: BinaryIO) -> None:
    """Copy a machine's file of so many bytes. Raises RunError when it is another size, or a command fails."""
    for number in range(0, size, _PIECE):
        values = {"FILE": path, "AT": str(number // 2**20), "MIB": str(MIB)}
        text = await node.read(Command(GET, values, quiet=True))
        try:
            into.write(gzip.decompress(base64.b64decode(text)))
        except (ValueError, EOFError, gzip.BadGzipFile) as error:
            raise RunError(f"{path} did not come whole: {error}.", fix=_AGAIN) from error
    if into.tell() != size:
        raise RunError(f"{path} was to have {size} bytes, and {into.tell()} came.", fix=_AGAIN)


async def bring(node: Node, path: Path, to: str) -> None:
    """Copy a file into a machine, readable by root alone; a piece that is there already is written again.

    Raises RunError when a command fails.
    """
    with path.open("rb") as file:
        at = 0
        while piece := file.read(_PIECE):
            data = base64.b64encode(gzip.compress(piece, 1)).decode()
            sent = await node.run(Command(PUT, {"FILE": to, "AT": str(at), "DATA": data}, quiet=True))
            if not sent.ok:
                raise RunError(f"{to} could not be written.", fix="Free some space there, then run it again.")
            at += MIB
