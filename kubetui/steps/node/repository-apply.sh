# shellcheck shell=bash

repository
