# shellcheck shell=bash # values: FILES

# each line is: a file's name, its content in base64
for name in $FILES; do
  text=$(base64 --wrap=0 "/etc/kubernetes/pki/$name") || fail "/etc/kubernetes/pki/$name cannot be read"
  printf '%s %s\n' "$name" "$text"
done
