# shellcheck shell=bash

# private keys stand in some of these files, and stay there
public() { sed -n '/-BEGIN CERTIFICATE-/,/-END CERTIFICATE-/p'; }
shopt -s nullglob
printf 'now %s\n' "$(date +%s)"
for path in /etc/kubernetes/pki/*.crt /etc/kubernetes/pki/etcd/*.crt /var/lib/kubelet/pki/kubelet.crt /var/lib/kubelet/pki/kubelet-{client,server}-current.pem; do
  [[ -e $path ]] || continue
  printf 'file %s\n' "$path"
  public <"$path"
done
for path in /etc/kubernetes/*.conf; do
  printf 'file %s\n' "$path"
  sed -n 's/^ *client-certificate-data: *//p' "$path" | base64 --decode | public
done
