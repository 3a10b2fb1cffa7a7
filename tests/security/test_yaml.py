"""Fuzzed profiles: each parses or gives one clear message, never a traceback, within 2 seconds and 50 MiB."""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kubetui.base import redaction
from kubetui.base.errors import ProfileError
from kubetui.base.files import credentials_file
from kubetui.profile import credentials
from kubetui.profile.files import file as profilefile
from tests.security.fuzz import PIECES, amount

SECONDS = 2.0
MIB = 50
ROOT = Path(__file__).parents[2]
WORDS = (
    *("schema: 1\n", "name: lab\n", "provider: lxc\n", "machines:\n", "  workers: 2\n", "  options: {lxc: {a: 1}}\n"),
    *("network:\n", "  pod_cidr: 10.0.0.0/8\n", "  first_address: 192.168.56.101\n", "  options: {a: b}\n"),
    *("kubernetes:\n", '  version: "1.36"\n', "  patches:\n    - kind: ClusterConfiguration\n      a: {b: [1, 2]}\n"),
    *("mirrors:\n", "  http_proxy: http://me:pass@proxy:1\n", "  registries: {ghcr.io: 'http://x:1'}\n"),
    *(
        "hosts:\n  - name: a\n    role: worker\n",
        "<<: *a\n",
        "&a ",
        "*a",
        "!!python/object:os.system x\n",
        "!!binary x\n",
    ),
    *(
        "? ",
        "- ",
        "| \n",
        "> \n",
        "---\n",
        "...\n",
        "%YAML 1.1\n",
        "%TAG ! x\n",
        "[",
        "]",
        "{",
        "}",
        ", ",
        ": ",
        "\n",
        "  ",
    ),
    *(
        "1.40",
        "010",
        "0x10",
        "1e3",
        ".inf",
        "no",
        "yes",
        "~",
        "null",
        "2024-01-01",
        "1_000",
        "'",
        '"',
        "\\x00",
        "\\u202e",
    ),
    *("&a [*a]", "a: &a [x]\nb: *a\n", "9" * 400, "[" * 50, "{a: " * 30, "- " * 40, "name: " + "x" * 3000 + "\n"),
)


def document(source: random.Random) -> bytes:
    """Return something between a valid profile and noise."""
    pieces = [source.choice(WORDS if source.random() < 0.8 else PIECES) for _ in range(source.randrange(1, 25))]
    data = bytearray("".join(pieces).encode(errors="surrogatepass"))
    for _ in range(source.choice((0, 0, 0, 1, 3))):
        if data:
            data[source.randrange(len(data))] = source.randrange(256)
    if source.random() < 0.001:
        data *= 1 + 200_000 // (len(data) + 1)
    return bytes(data)


def refusal(data: bytes) -> ProfileError | None:
    try:
        profilefile.parse(data, "x.yaml")
    except ProfileError as error:
        return error
    return None


def clear(error: ProfileError) -> bool:
    """Return whether a message says where and what is wrong, is printable, and is not pages long."""
    text = str(error)
    lines = all(line.isprintable() for line in text.split("\n"))
    return error.message.startswith("x.yaml:") and len(error.message) > 12 and lines and len(text) < 20_000


def fuzz(seed: int, count: int) -> None:
    """Parse `count` documents in this process; raise on any misbehaviour."""
    source = random.Random(seed)  # noqa: S311
    profiles = 0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(count):
        data = document(source)
        began = time.process_time()
        error = refusal(data)
        spent = time.process_time() - began
        assert spent < SECONDS, (number, spent, data[:200])
        profiles += error is None
        assert error is None or clear(error), (number, data, error)
        if number == 200:
            # imports are done and caches are filled by now
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < MIB, f"{grown:.0f} MiB"
    sys.stdout.write(f"{count} documents, {profiles} profiles, {grown:.1f} MiB\n")


def test_fuzzed_documents_parse_or_are_refused() -> None:
    """Fuzz in a separate process, so that only its own memory is measured."""
    code = f"from tests.security.test_yaml import fuzz; fuzz(3, {amount(3000, 100_000)})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    assert "Traceback" not in done.stderr
    assert int(done.stdout.split(" profiles")[0].split()[-1]) > 0, "some are good, so that the rest is not all noise"


def wrong_credentials() -> ProfileError | None:
    try:
        credentials.known()
    except ProfileError as error:
        return error
    return None


def test_fuzzed_credentials_parse_or_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The credentials file is parsed as strictly as a profile, and no message repeats its content."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    path = credentials_file()
    path.parent.mkdir()
    path.touch(mode=0o600)
    source, taken = random.Random(29), 0  # noqa: S311
    for _ in range(amount(500, 20_000)):
        data = document(source)
        value = f"c4n{source.choice(PIECES)}ry{source.randrange(10**6)}"
        path.write_bytes(source.choice((data, f"proxy: {value}\n".encode(), f"'proxy:1': '{value}'\n".encode())))
        # forget known secrets, so that a message which repeats one is not saved by redaction
        redaction.forget_all()
        error = wrong_credentials()
        taken += error is None
        if error is not None:
            assert error.id == "CREDENTIALS"
            assert all(line.isprintable() for line in str(error).split("\n"))
            assert "c4n" not in str(error)
    assert taken > 0
