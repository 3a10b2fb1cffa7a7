# shellcheck shell=bash # values: ADDRESS, FAILOVER, MARK
# shellcheck disable=SC2153 # ADDRESS and FAILOVER are values
# shellcheck disable=SC2034 # the scripts after this one read failover

# the interface that has the machine's address
link=$(ip -o -4 address show to "$ADDRESS")
link=${link#*: } link=${link%% *}
failover=${FAILOVER//$MARK/$link}
