# shellcheck shell=bash
openssl x509 -noout -enddate -checkend 0 -in /etc/kubernetes/pki/apiserver.crt
