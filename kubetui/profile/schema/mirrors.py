"""Where packages, programs and images come from, if not from their public sources."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, Strict

from kubetui.profile.schema.fields import (
    AuthoritiesFile,
    Fingerprint,
    ImageName,
    PackagesUrl,
    Part,
    ProxyException,
    Registry,
    Url,
    UrlTemplate,
)
from kubetui.software.upstream.fields import Sha256


class PackageRepository(Part):
    """A mirror of pkgs.k8s.io, or of CRI-O's repository, for one minor version."""

    url: PackagesUrl = Field(
        title="URL",
        description="The repository, for example https://mirror/core:/stable:/v1.37/deb/ for apt. {format} in it "
        "becomes deb or rpm, as each machine's system has it.",
        examples=["https://mirror.example.org/core:/stable:/v1.37/{format}/"],
    )
    key: PackagesUrl | None = Field(
        None,
        title="Key",
        description="Where its signing key is, armoured. Without it: Release.key in the repository, or "
        "repodata/repomd.xml.key for dnf.",
        examples=["https://mirror.example.org/kubernetes.key"],
    )
    fingerprint: Fingerprint | None = Field(
        None,
        title="Fingerprint",
        description="40 hexadecimal digits; a key with another one is refused.",
        examples=["0123456789ABCDEF0123456789ABCDEF01234567"],
    )


class RuntimeRepository(Part):
    """A mirror of the runtime's own package repository, with a part for each release of a system."""

    url: UrlTemplate = Field(
        title="URL",
        description="What stands in for https://download.docker.com/linux/debian, ubuntu or rhel. Each machine adds "
        "its release, such as trixie, and puts its system's name where the URL has {id}.",
        examples=["https://mirror.example.org/linux/{id}"],
    )
    key: UrlTemplate | None = Field(
        None,
        title="Key",
        description="Where its signing key is, if the mirror signs with its own. Without it: gpg beside the packages, "
        "which has to be the project's own key.",
        examples=["https://mirror.example.org/docker.key"],
    )
    fingerprint: Fingerprint | None = Field(
        None,
        title="Fingerprint",
        description="40 hexadecimal digits; a key with another one is refused.",
        examples=["0123456789ABCDEF0123456789ABCDEF01234567"],
    )


class ProgramArchive(Part):
    """A mirror of a program's release archive."""

    url: Url = Field(
        title="URL",
        description="The gzipped tar archive for the machines' processor.",
        examples=["https://mirror.example.org/cri-dockerd-0.4.3.amd64.tgz"],
    )
    sha256: Sha256 = Field(
        title="SHA-256",
        description="The archive's checksum, 64 hexadecimal digits as sha256sum prints them. No other is installed.",
        examples=["0123456789abcdef" * 4],
    )


class Mirrors(Part):
    """Where packages and images come from, if not from their public sources."""

    packages: PackageRepository | None = Field(
        None, title="Kubernetes packages", description="A package repository instead of pkgs.k8s.io."
    )
    containerd: RuntimeRepository | None = Field(
        None, title="containerd's packages", description="A package repository instead of download.docker.com."
    )
    docker: RuntimeRepository | None = Field(
        None, title="Docker's packages", description="A repository instead of download.docker.com."
    )
    crio: PackageRepository | None = Field(
        None, title="CRI-O's packages", description="A repository of CRI-O's packages instead of openSUSE's."
    )
    cri_dockerd: ProgramArchive | None = Field(
        None, title="cri-dockerd", description="An archive instead of the one that github.com/Mirantis releases."
    )
    image_repository: ImageName | None = Field(
        None,
        title="Image repository",
        description="Where kubeadm's images come from, instead of registry.k8s.io: a host and perhaps a path.",
        examples=["registry.example.org/kubernetes"],
    )
    registries: dict[Registry, Url] = Field(
        default_factory=dict,
        title="Registry mirrors",
        description="Registry and the URL that stands in for it; http:// means plain HTTP. ghcr.io: http://10.0.3.1:5000",
        examples=[{"docker.io": "https://mirror.example.org", "ghcr.io": "http://10.0.3.1:5000"}],
    )
    apt_proxy: Url | None = Field(
        None,
        title="apt proxy",
        description="A proxy or cache that apt fetches through: http:// or https://, host and port.",
        examples=["http://cache.example.org:3142"],
    )
    http_proxy: Url | None = Field(
        None,
        title="HTTP proxy",
        description="For apt or dnf, containerd and the kubelet: http:// or https://, host and port. What is inside "
        "the cluster is excepted.",
        examples=["http://proxy.example.org:3128"],
    )
    no_proxy: Annotated[tuple[ProxyException, ...], Strict(strict=False)] = Field(
        (),
        title="No proxy",
        description="Further hosts, domains and ranges that the proxy is not asked for.",
        examples=[[".example.org", "10.0.0.0/8"]],
    )
    ca: AuthoritiesFile | None = Field(
        None,
        title="Company CA",
        description="A PEM file on this host with the certificates of your company's authorities. The machines and "
        "kubetui itself trust what these have signed, besides what the system trusts. The path begins with / or ~/.",
        examples=["~/company-ca.pem"],
    )
