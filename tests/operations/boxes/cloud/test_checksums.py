"""The two ways in which checksums are written."""

import pytest

from kubetui.operations.boxes.cloud.checksums import digest_of

A, B = "a" * 64, "b" * 64


@pytest.mark.parametrize(
    "text",
    [
        f"{B} *x-a.img\n{A} *a.img\n",
        f"{B}  a.img.old\n{A}  a.img\n",
        f"{A}  ./a.img\r\n",
        f"# a comment\nSHA256 (x-a.img) = {B}\nSHA256 (a.img) = {A.upper()}\n",
        f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{A}  a.img\n",
    ],
)
def test_the_line_of_the_file_counts(text: str) -> None:
    found = digest_of(text, "a.img", "sha256")
    assert found is not None
    assert (found.algorithm, found.value) == ("sha256", A)


@pytest.mark.parametrize(
    "text", ["", f"{A} *b.img", f"{A[:-1]} *a.img", f"{A}{A} *a.img", f"MD5 (a.img) = {A}", f"{A} *aximg"]
)
def test_no_other_line_does(text: str) -> None:
    assert digest_of(text, "a.img", "sha256") is None


def test_the_algorithm_is_the_one_that_was_asked_for() -> None:
    found = digest_of(f"{A}{A}  a.img\n", "a.img", "sha512")
    assert found is not None
    assert found.value == A + A
