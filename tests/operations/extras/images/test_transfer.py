"""What a machine lacks of an image, and what its runtime is handed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubetui.base.errors import UsageError
from kubetui.operations.extras.images.archive import Blob, Image, Named
from kubetui.operations.extras.images.load import choose, titled
from kubetui.operations.extras.images.transfer import Chosen, Having, chains, lacking, parsed, take
from kubetui.software.runtimes import CATALOGUE
from tests.imagefiles import digest


def image(*layers: str, architecture: str = "amd64") -> Image:
    """Return an image whose layers are uncompressed, with such contents."""
    blobs = tuple(Blob(digest(each.encode()), len(each)) for each in layers)
    about = digest("".join(layers).encode() + b"config")
    manifest = Blob(digest(about.encode()), 50)
    return Image(manifest, "manifest", Blob(about, 40), blobs, tuple(blob.digest for blob in blobs), architecture)


def chosen(*images: Image) -> list[Chosen]:
    return [Chosen((f"docker.io/library/m:{number}",), each) for number, each in enumerate(images)]


LAYERS = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6)


@given(st.lists(LAYERS, min_size=1, max_size=3), st.sets(st.sampled_from("abcdef")))
def test_each_piece_is_sent_once_and_none_that_is_there(images: list[list[str]], there: set[str]) -> None:
    wanted = chosen(*(image(*layers) for layers in images))
    having = Having("amd64", frozenset(digest(each.encode()) for each in there))
    found = [blob.digest for blob in lacking(wanted, having, in_order=False)]
    every = {blob.digest for each in wanted for blob in each.image.blobs}
    assert len(found) == len(set(found))
    assert set(found) == every - having.pieces


@given(LAYERS, LAYERS)
def test_in_their_order_only_layers_above_the_common_ones_are_sent(here: list[str], there: list[str]) -> None:
    wanted = image(*here)
    having = Having("amd64", layers=(image(*there).diff_ids,))
    found = lacking(chosen(wanted), having, in_order=True)
    common = next((n for n, (a, b) in enumerate(zip(here, there, strict=False)) if a != b), min(len(here), len(there)))
    assert set(found) == {*wanted.layers[common:], wanted.config}


def test_a_chain_is_what_docker_computes() -> None:
    assert list(chains(["sha256:a", "sha256:b"])) == ["sha256:a", digest(b"sha256:a sha256:b")]


def test_a_machines_answer_is_read() -> None:
    text = "processor aarch64\nhas sha256:a\nhas sha256:b\nhas \n"
    assert parsed(text, in_order=False) == Having("arm64", frozenset({"sha256:a", "sha256:b"}))
    layers = parsed("processor x86_64\nhas sha256:a sha256:b\n", in_order=True)
    assert layers == Having("amd64", layers=(("sha256:a", "sha256:b"),))
    assert parsed("processor x86_64\nrefused no skopeo there\n", in_order=False).refused == "no skopeo there"


@pytest.mark.parametrize("runtime", CATALOGUE)
def test_the_command_has_room_and_names(runtime: str) -> None:
    wanted = chosen(image("a", "b"))
    blobs = (Blob(digest(b"a"), 300 * 2**20), Blob(digest(b"b"), 100 * 2**20))
    command = take(CATALOGUE[runtime], wanted, blobs)
    assert command.values["ROOM"] == "1101"
    assert command.values["BLOBS"] == f"{digest(b'a')} {300 * 2**20}\n{digest(b'b')} {100 * 2**20}\n"
    index, manifest = (json.loads(str(command.values[name])) for name in ("INDEX", "MANIFEST"))
    (entry,) = index["manifests"]
    assert entry["digest"] == wanted[0].image.manifest.digest
    assert set(entry["annotations"].values()) == {"docker.io/library/m:0"}
    assert manifest[0]["RepoTags"] == ["docker.io/library/m:0"]
    assert manifest[0]["Layers"] == [f"blobs/sha256/{digest(each)[7:]}" for each in (b"a", b"b")]


def test_the_choice_for_a_machines_processor_is_taken_or_refused_with_the_fix() -> None:
    both = Named(("m:1",), (image("a"), image("b", architecture="arm64")))
    assert choose([both], Having("arm64"), "kubnode1")[0].image.architecture == "arm64"
    with pytest.raises(UsageError) as caught:
        choose([both], Having("riscv64"), "kubnode1")
    assert caught.value.id == "IMAGE-ARCHITECTURE"
    assert "m:1 is for amd64, arm64, and kubnode1 is riscv64" in caught.value.message
    assert "--platform linux/riscv64" in caught.value.fix


def test_an_image_has_the_name_of_the_archive_or_the_one_that_is_given() -> None:
    one, nameless = Named(("m:1",), (image("a"),)), Named((), (image("b"),))
    assert titled([one], "")[0].names == ("docker.io/library/m:1",)
    assert titled([nameless], "me/m:2")[0].names == ("docker.io/me/m:2",)
    with pytest.raises(UsageError, match="does not say what its image is called"):
        titled([one, nameless], "")
    with pytest.raises(UsageError, match="cannot all be called"):
        titled([one, nameless], "m:3")
