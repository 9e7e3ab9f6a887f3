#!/bin/sh
# The commands of the Docker cards; each part stands for itself.
set -eu

# part: build-run
docker build -t shop:1.0 .            # 源码 → 镜像
docker run -d -p 8000:8000 shop:1.0   # 镜像 → 容器
# part: end

# part: limits
docker run -d --name api --memory 512m --memory-swap 512m --cpus 1.5 shop:1.0
# part: oom
docker run --name eat --memory 64m --memory-swap 64m busybox \
    dd if=/dev/zero of=/dev/null bs=256M count=1
docker inspect -f '{{.State.OOMKilled}} {{.State.ExitCode}}' eat
# part: end

# part: remote
docker context create prod --docker "host=ssh://deploy@10.0.0.5"
docker --context prod ps
# part: end

# part: size
docker ps --size   # SIZE一列：可写层的大小；virtual：加上只读层
# part: end

# part: registry
docker run -d -p 127.0.0.1:5000:5000 -v registry:/var/lib/registry registry:3
docker tag shop:1.0 127.0.0.1:5000/team/shop:1.0
docker push 127.0.0.1:5000/team/shop:1.0
curl -s http://127.0.0.1:5000/v2/_catalog
# part: end

# part: inspect
docker diff web      # 可写层里改了什么
docker inspect web   # 进程、网络、挂载、重启策略
# part: end

# part: volumes
# volume
docker run -d --name db -e POSTGRES_PASSWORD=change-me \
    -v pgdata:/var/lib/postgresql/data postgres:17
# bind
docker run -d --name web -v "$PWD/nginx.conf:/etc/nginx/nginx.conf:ro" nginx
# part: end

# part: network
docker network create shop
docker run -d --name db --network shop -e POSTGRES_PASSWORD=change-me postgres:17
docker run -d --name web --network shop shop:1.0   # 里面直接连db:5432
# part: end
