"""The options of pod networks in a profile."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from kubetui.software.upstream.fields import Release, Sha256, Url

_Image = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][-a-zA-Z0-9._:/@]{0,250}$")]
_Number = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}(\.[0-9]{1,4}){2}$")]


class _Options(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class FlannelOptions(_Options):
    """flannel's images and backend (flannel's Documentation/backends.md)."""

    image: _Image = Field(
        "ghcr.io/flannel-io/flannel:v0.28.9", title="Image", description="The image that runs flanneld."
    )
    cni_plugin_image: _Image = Field(
        "ghcr.io/flannel-io/flannel-cni-plugin:v1.9.1-flannel3",
        title="CNI plugin image",
        description="The image that installs the CNI plugin.",
    )
    backend: Literal["vxlan", "host-gw", "wireguard"] = Field(
        "vxlan",
        title="Backend",
        description="How packets travel: vxlan everywhere, host-gw for speed, wireguard encrypted.",
    )


class ManifestOptions(_Options):
    """A pod network of your own: a file, or a URL with its checksum."""

    path: str | None = Field(
        None,
        title="Manifest path",
        description="A file on this host with the manifest of your pod network. Either this or its URL.",
        max_length=1000,
        examples=["calico.yaml"],
    )
    url: Url | None = Field(
        None,
        title="Manifest URL",
        description="Where the manifest is on the web. It needs its SHA-256 as well, so that what is applied is what "
        "you looked at.",
        examples=["https://example.org/network.yaml"],
    )
    sha256: Sha256 | None = Field(
        None,
        title="Manifest SHA-256",
        description="The manifest's checksum, 64 hexadecimal digits as sha256sum prints them. A URL needs it.",
        examples=["0123456789abcdef" * 4],
    )


class Upstream(_Options):
    """A manifest that the network's own project publishes, or a mirror of it."""

    url: Url | None = Field(
        None,
        title="Manifest URL",
        description="Where the manifest is instead, such as a mirror that this computer reaches. Empty takes the "
        "project's own place for the version.",
        examples=["https://mirror.example.org/network.yaml"],
    )
    sha256: Sha256 | None = Field(
        None,
        title="Manifest SHA-256",
        description="The manifest's checksum, 64 hexadecimal digits as sha256sum prints them. Empty takes the one that "
        "kubetui knows for the version; where it knows none, the first text that a cluster gets is remembered.",
        examples=["0123456789abcdef" * 4],
    )


class KubeRouterOptions(Upstream):
    """kube-router's version and manifest (kube-router, docs/kubeadm.md)."""

    version: Release = Field(
        "v2.10.0", title="Version", description="The release of kube-router, which names manifest and image."
    )


class CalicoOptions(Upstream):
    """Calico's version and manifest (docs.tigera.io, Install Calico for on-premises deployments)."""

    version: Release = Field(
        "v3.33.0", title="Version", description="The release of Calico, whose manifest names its images."
    )


class CiliumOptions(Upstream):
    """Cilium's version and chart (docs.cilium.io, Installation using Helm)."""

    version: _Number = Field(
        "1.20.0", title="Version", description="The release of Cilium, whose chart names its images."
    )
