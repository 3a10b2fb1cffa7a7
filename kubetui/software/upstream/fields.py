"""The types of what a profile says of a project's release, and where it is fetched from."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from kubetui.base.redaction import remember_url, url_user


def _anonymous(url: str) -> str:
    if url_user(remember_url(url)):
        raise ValueError(
            "kubetui fetches a manifest without a user or password. Download it yourself, and give its path."
        )
    return url


Release = Annotated[str, StringConstraints(pattern=r"^v[0-9]{1,3}(\.[0-9]{1,4}){1,2}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Url = Annotated[
    str, StringConstraints(pattern=r"""^https?://[^\s'"\\`$<>]+$""", max_length=500), AfterValidator(_anonymous)
]
"""Where a manifest is, without a user: kubetui keeps the text with the cluster, and asks for no password."""
