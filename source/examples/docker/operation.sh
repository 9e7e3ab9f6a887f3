#!/bin/sh
# What is done with images and containers that run; each part stands for itself.
set -eu

# part: ports
docker run -d --name all -p 8080:80 nginx               # 所有网卡
docker run -d --name local -p 127.0.0.1:8081:80 nginx   # 只给本机
docker run -d --name random -P nginx                    # 随机端口
docker port random                                      # 看映射到了哪里
# part: failed
docker ps -a --filter name=web          # STATUS里有退出码
docker logs --tail 50 web               # 退出以前说了什么
docker inspect -f '{{.State.OOMKilled}} {{.State.Error}} {{.RestartCount}}' web
docker run --rm -it --entrypoint sh shop:1.0    # 换成shell，自己敲一遍
# part: disk
docker system df -v                         # 逐个列出
du -xsh /var/lib/docker/containers/*        # 日志不在df里
docker image prune -a --filter until=240h   # 只删十天以前做的
# part: exec
docker exec -it web sh                # 进去看看
docker exec -u root web id            # 换一个用户执行
docker attach --sig-proxy=false web   # 只看输出，Ctrl-C不传过去
# part: backup
docker run --rm -v pgdata:/from:ro -v "$PWD:/to" busybox \
    tar -C /from -czf /to/pgdata.tgz .
docker volume create pgdata2
docker run --rm -v pgdata2:/to -v "$PWD:/from:ro" busybox \
    tar -C /to -xzpf /from/pgdata.tgz
# part: uid
docker run --rm --entrypoint id shop:1.0 -u   # 先问清容器里的数字，例如10001
sudo chown -R 10001:10001 ./data              # 办法一：改目录
docker run -u "$(id -u):$(id -g)" -v "$PWD/data:/data" shop:1.0   # 办法二：换用户
# part: end
