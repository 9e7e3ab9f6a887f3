"""What the Docker cards say of images, builds and registries, asked of a real engine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from releases.proving import Example
from tests.examples.docker_engine import Engine
from tests.examples.loopback import free_port
from tests.examples.programs import program
from tests.examples.shop import COMMANDS, IDLE, folder_of

pytestmark = pytest.mark.docker


def size_of(text: str) -> int:
    """Bytes of what `docker` prints as a size."""
    match = re.fullmatch(r"([\d.]+)\s*([kM]?)B", text)
    assert match is not None, text
    return round(float(match[1]) * {"": 1, "k": 1000, "M": 1_000_000}[match[2]])


@pytest.mark.proves(
    "docker-dockerfile-why",
    "docker-build-cache",
    by=["Docker"],
    stand_ins=["python:3.13-slim", "pip"],
)
def test_a_changed_application_does_not_install_its_needs_again(
    engine: Engine, example: Example, tmp_path: Path
) -> None:
    folder = folder_of(example, tmp_path)
    build = "docker build --progress=plain -t shop:1.0 . 2>&1"
    for path in (".dockerignore", "requirements.txt"):
        example.file(f"docker/{path}")
    (folder / ".env").write_text("PASSWORD=secret\n")
    engine.run(build, folder)
    (folder / "app.py").write_text("# changed\n")
    cached = _cached(engine.out(f"cd {folder} && {build}"))
    assert "RUN pip wheel" in cached
    assert "RUN --mount=type=bind" in cached
    assert "COPY . ." not in cached
    (folder / "requirements.txt").write_text("gunicorn==23.0.1\n")
    assert "RUN" not in _cached(engine.out(f"cd {folder} && {build}"))
    assert set(engine.out("docker run --rm --entrypoint ls shop:1.0 -A /app").split()) & {
        ".env",
        ".dockerignore",
        "app.py",
    } == {".dockerignore", "app.py"}
    # The wheels stay in the first stage.
    assert engine.out("docker run --rm --entrypoint find shop:1.0 /wheels -type f") == ""


def _cached(said: str) -> str:
    """The instructions of a build that came from the cache."""
    steps = dict(re.findall(r"^#(\d+) \[.*?\] (.*)$", said, re.M))
    return "\n".join(steps[number] for number in re.findall(r"^#(\d+) CACHED", said, re.M))


@pytest.mark.proves("docker-image", "docker-image-ways", by=["Docker"], stand_ins=["shop:1.0"])
def test_an_image_comes_from_a_build_a_file_or_a_container(engine: Engine, tmp_path: Path) -> None:
    engine.build("shop:1.0", "FROM busybox\nENV MODE=prod\nRUN echo one > /one\n" + IDLE[13:])
    assert "RUN" in engine.out("docker history --no-trunc --format '{{.CreatedBy}}' shop:1.0")
    id = engine.out("docker image inspect -f '{{.Id}}' shop:1.0")
    engine.run("docker save -o shop.tar shop:1.0 && docker rmi shop:1.0", tmp_path)
    engine.run("docker load -i shop.tar", tmp_path)
    assert engine.out("docker image inspect -f '{{.Id}}' shop:1.0") == id
    engine.run("docker create --name web shop:1.0 && docker commit web tmp")
    assert engine.out("docker run --rm tmp cat /one") == "one"
    engine.run("docker export web | docker import - flat")
    config = "docker image inspect -f '{{json .Config.Env}} {{json .Config.Cmd}}'"
    assert "MODE=prod" in engine.out(f"{config} shop:1.0")
    assert engine.out(f"{config} flat") == "null null"
    assert engine.out("docker history -q flat | wc -l") == "1"


@pytest.mark.proves("docker-image-many-containers", by=["Docker"])
def test_a_container_adds_nothing_until_it_writes(engine: Engine, example: Example) -> None:
    engine.build(
        "shop:1.0", "FROM busybox\nRUN dd if=/dev/zero of=/big bs=1M count=4\n" + IDLE[13:]
    )
    engine.run("for i in 1 2 3; do docker run -d --init --name web$i shop:1.0; done")
    table = engine.out(example(COMMANDS, part="size"))
    rows = re.findall(r"(\S+) \(virtual (\S+)\)", table)
    assert len(rows) == 3
    assert max(size_of(own) for own, _ in rows) < 20_000  # some engines count a folder or two
    assert {size_of(whole) > 5_000_000 for _, whole in rows} == {True}
    # One byte more in the file, and the container has all of it.
    engine.run("docker exec web1 sh -c 'echo >> /big'")
    own = engine.out("docker ps --size --filter name=web1 --format '{{.Size}}'").split()[0]
    assert size_of(own) >= 4_000_000


@pytest.mark.proves("docker-registry-hierarchy", "docker-git-analogy", by=["Docker"])
def test_a_tag_is_a_name_that_can_move(engine: Engine) -> None:
    engine.build("shop:1.0", "FROM busybox\nLABEL v=1\n")
    engine.run("docker tag shop:1.0 shop:stable")
    id = "docker image inspect -f '{{.Id}}'"
    assert engine.out(f"{id} shop:1.0") == engine.out(f"{id} shop:stable")
    engine.build("shop:1.1", "FROM busybox\nLABEL v=2\n")
    engine.run("docker tag shop:1.1 shop:stable")
    assert engine.out(f"{id} shop:1.1") == engine.out(f"{id} shop:stable")
    assert engine.out(f"{id} shop:1.0") != engine.out(f"{id} shop:stable")


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder whose sockets have names short enough for the kernel."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder)


@pytest.mark.proves("docker-registry-cn", by=["Docker"])
def test_the_engine_takes_the_mirror_from_its_file(
    engine: Engine, example: Example, short: Path
) -> None:
    if os.geteuid() != 0 or shutil.which("dockerd", path="/usr/sbin:/usr/bin") is None:
        pytest.skip("no second engine can be started here")
    host = f"unix://{short}/socket"
    options = [f"--{name}={short / name}" for name in ("data-root", "exec-root", "pidfile")]
    options += ["--bridge=none", "--iptables=false"]
    file = example.file("docker/daemon.json")
    with subprocess.Popen(
        [program("dockerd"), f"--config-file={file}", f"--host={host}", *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as second:
        try:
            ask = f"docker -H {host} info -f '{{{{.RegistryConfig.Mirrors}}}}'"
            engine.until(ask, "[https://mirror.example.internal/]")
        finally:
            second.terminate()


@pytest.fixture
def registry(engine: Engine, tmp_path: Path) -> int:
    """An image registry:3 of Debian's program, a version 2; the port that it listens on."""
    binary = shutil.which("docker-registry")
    if binary is None:
        pytest.skip("Debian's docker-registry is not here")
    port = free_port()
    needs = subprocess.run(["ldd", binary], capture_output=True, text=True).stdout
    for path in [binary, *re.findall(r"(/\S+) \(0x", needs)]:
        target = tmp_path / "root" / path[1:]
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        target.chmod(0o755)
    (tmp_path / "root/config.yml").write_text(
        "version: 0.1\nstorage: {filesystem: {rootdirectory: /var/lib/registry},"
        " delete: {enabled: true}}\n"
        f"http: {{addr: 0.0.0.0:{port}}}\n"
    )
    change = f'ENTRYPOINT ["{binary}", "serve", "/config.yml"]'
    engine.run(f"tar -C root -c . | docker import -c '{change}' - registry:3", tmp_path)
    return port


@pytest.mark.proves(
    "docker-registry-selfhost",
    "docker-push-pull",
    by=["Docker"],
    stand_ins=["registry:3", "shop:1.0"],
)
def test_an_image_goes_to_a_registry_and_comes_back(
    engine: Engine, example: Example, registry: int
) -> None:
    engine.build("shop:1.0", "FROM busybox\nLABEL v=1\n")
    text = example(COMMANDS, part="registry").replace("5000", str(registry))
    start, _, rest = text.partition("\n")
    engine.run(start)
    engine.until(f"curl -s http://127.0.0.1:{registry}/v2/", "{}")
    assert engine.out(rest).splitlines()[-1] == '{"repositories":["team/shop"]}'
    name = f"127.0.0.1:{registry}/team/shop:1.0"
    id = engine.out(f"docker image inspect -f '{{{{.Id}}}}' {name}")
    engine.run(f"docker rmi {name} shop:1.0 && docker pull {name}")
    assert engine.out(f"docker image inspect -f '{{{{.Id}}}}' {name}") == id


@pytest.mark.proves("docker-registry-selfhost", by=["Docker"], stand_ins=["registry:3"])
def test_a_deleted_image_takes_space_until_the_garbage_is_collected(
    engine: Engine, registry: int
) -> None:
    name = f"127.0.0.1:{registry}/team/shop:1.0"
    engine.build(name, "FROM busybox\nRUN dd if=/dev/zero of=/big bs=1M count=3\n")
    engine.run("docker run -d --name registry --network host -v held:/var/lib/registry registry:3")
    engine.until(f"curl -s http://127.0.0.1:{registry}/v2/", "{}")
    pushed = engine.out(f"docker push {name}")
    (digest,) = re.findall(r"digest: (sha256:\w+)", pushed)
    layers = "docker run --rm -v held:/held busybox find /held -name data -type f | wc -l"
    before = int(engine.out(layers))
    deleted = f"http://127.0.0.1:{registry}/v2/team/shop/manifests/{digest}"
    assert engine.out(f"curl -s -o /dev/null -w '%{{http_code}}' -X DELETE {deleted}") == "202"
    assert int(engine.out(layers)) == before >= 3
    engine.run("docker exec registry docker-registry garbage-collect /config.yml")
    assert int(engine.out(layers)) == 0


@pytest.mark.proves("docker-cmd-entrypoint", by=["Docker"], stand_ins=["shop:1.0"])
def test_words_behind_the_image_replace_the_arguments(engine: Engine, example: Example) -> None:
    start = example("docker/Dockerfile", part="start")
    says = {"gunicorn": '#!/bin/sh\necho gunicorn "$@"\n'}
    put = "FROM busybox\nCOPY gunicorn /bin/\nRUN chmod +x /bin/gunicorn\n"
    engine.build("shop:1.0", put + start, says)
    run = "docker run --rm"
    assert engine.out(f"{run} shop:1.0") == "gunicorn app:app --bind 0.0.0.0:8000 --workers 2"
    assert engine.out(f"{run} shop:1.0 --workers 4") == "gunicorn app:app --workers 4"
    assert engine.out(f"{run} --entrypoint echo shop:1.0 X") == "X"
    engine.build("lab-cmd", 'FROM busybox\nCMD ["echo", "default"]\n')
    assert engine.out(f"{run} lab-cmd echo X") == "X"
    engine.build("lab-shell", 'FROM busybox\nENTRYPOINT echo shell\nCMD ["ignored"]\n')
    assert engine.out(f"{run} lab-shell X") == "shell"
