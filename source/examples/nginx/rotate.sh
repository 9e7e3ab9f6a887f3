#!/bin/sh
# In the folder of nginx's logs and of its pid file.
set -eu

# part: rotate
mv access.log access.log.1
kill -USR1 "$(cat run.pid)"    # 等于nginx -s reopen
sleep 1                        # 等worker换好
gzip access.log.1
# part: end
