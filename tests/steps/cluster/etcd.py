"""A machine whose etcd runs: kubeadm's manifests, and a crictl that answers as the real one does."""

from __future__ import annotations

from tests.steps.box import Box

STATUS = '{"hash":3687211093,"revision":1234,"totalKey":987,"totalSize":5000,"version":"3.7.0"}'
ETCD = """case "$*" in
  *' pods '*) [[ -e $ROOT/stopped ]] || echo pod1 ;;
  *' ps '*) [[ -e $ROOT/stopped ]] || echo etcd1 ;;
  *'etcd --version') printf 'etcd Version: 3.7.0\\nGit SHA: x\\n' ;;
  *'endpoint health'*) if [[ -e $ROOT/sick ]]; then echo 'Error: unhealthy cluster' >&2; exit 1; fi ;;
  *'snapshot save'*) echo snapshot >"${*: -1}" ;;
  *'etcdutl snapshot status'*) [[ ! -e $ROOT/no-etcdutl ]] || exit 1; echo '@STATUS@' ;;
  *'etcdctl snapshot status'*) [[ -e $ROOT/old-etcdctl ]] || exit 1; echo '@STATUS@' ;;
esac""".replace("@STATUS@", STATUS)
"""Stands in for crictl beside a running etcd."""
MANIFESTS = {
    "etcd": "    - --data-dir={root}/var/lib/etcd\n",
    "kube-apiserver": "    image: 10.0.3.1:5000/kube-apiserver:v1.37.2\n",
}


def with_etcd(box: Box) -> Box:
    box.program("crictl", ETCD)
    for name, text in MANIFESTS.items():
        box.write(f"etc/kubernetes/manifests/{name}.yaml", text.format(root=box.root))
    box.write("var/lib/etcd/member/snap/db", "data")
    return box
