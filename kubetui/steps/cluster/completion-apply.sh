# shellcheck shell=bash
# shellcheck disable=SC2154 # check.py sets file
text=$(kubectl completion bash)
put "$file" "$text" 644 "<(kubectl completion bash)"
touch "$file"
