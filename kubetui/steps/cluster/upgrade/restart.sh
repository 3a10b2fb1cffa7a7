# shellcheck shell=bash

run systemctl daemon-reload
run systemctl restart kubelet
