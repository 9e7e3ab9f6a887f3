#!/bin/sh
# Two folders seen as one root, as a container sees its layers; needs root and an empty folder.
set -eu

# part: mount
mkdir lower upper work merged
echo 镜像里的 > lower/motd
echo 没用的 > lower/junk
mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work merged
echo 改过的 > merged/motd   # 写时复制：lower不变，upper多一份
rm merged/junk              # lower里删不掉：upper里放一个删除标记
# part: end
