#!/bin/sh
# A new view of the processes and of the host name, without Docker; needs root.
set -eu

# part: unshare
unshare --pid --fork --mount-proc --uts sh -c 'hostname demo; ps -e; hostname'
# part: end
