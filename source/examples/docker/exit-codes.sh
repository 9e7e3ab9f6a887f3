#!/bin/sh
# part: run
docker run --no-such-option busybox:1.37; echo $?      # 125
docker run --rm busybox:1.37 /etc/passwd; echo $?      # 126
docker run --rm busybox:1.37 no-such-command; echo $?  # 127
docker run --rm busybox:1.37 sh -c 'exit 3'; echo $?   # 3
# part: end
