"""What the cards on building, exit codes, health and names say, asked of a real engine."""

from __future__ import annotations

import io
import re
import tarfile
from pathlib import Path

import pytest

from releases.proving import Example
from tests.examples.cards import card
from tests.examples.docker_engine import Engine

pytestmark = pytest.mark.docker


@pytest.fixture(autouse=True)
def _base(engine: Engine) -> None:
    """The base image under the name that the cards give it."""
    engine.run("docker tag busybox busybox:1.37")


def megabytes(engine: Engine, name: str) -> float:
    """The sum of an image's layers. What `inspect` gives is of packed layers in newer engines."""
    sizes = engine.out(f"docker history --human=false --format '{{{{.Size}}}}' {name}")
    return sum(map(int, sizes.split())) / (1 << 20)


@pytest.mark.proves("docker-layer-size", "docker-dockerfile-why", by=["Docker"])
def test_a_later_rm_leaves_the_file_in_its_layer(engine: Engine, example: Example) -> None:
    for part in ("late", "same"):
        engine.build(f"lab-{part}", example("docker/layer-size.Dockerfile", part=part))
    assert round(megabytes(engine, "lab-late") - megabytes(engine, "lab-same")) == 5
    assert "差5 MB" in card("docker-layer-size")
    history = "docker history --format '{{.Size}} {{.CreatedBy}}' lab-late"
    assert re.search(r"^5\.2\dMB .*dd", engine.out(history), re.M)


@pytest.mark.proves("docker-multi-stage", "docker-dockerfile-why", by=["Docker"])
def test_the_tools_stay_in_their_stage(engine: Engine, example: Example, tmp_path: Path) -> None:
    text = example("docker/multi-stage.Dockerfile", part="stages")
    engine.build("lab-app", text)
    assert engine.out("docker run --rm lab-app") == "app"
    (tmp_path / "Dockerfile").write_text(text, "utf-8")
    engine.run("docker build --target build -t lab-build .", tmp_path)
    assert round(megabytes(engine, "lab-build") - megabytes(engine, "lab-app")) == 8
    assert "小8 MB" in card("docker-multi-stage")


@pytest.mark.proves("docker-copy-add", by=["Docker"])
def test_add_unpacks_and_copy_does_not(engine: Engine, example: Example, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(example("docker/copy-add.Dockerfile", part="both"))
    with tarfile.open(tmp_path / "src.tar.gz", "w:gz") as tar:
        member = tarfile.TarInfo("hello.txt")
        member.size = 2
        tar.addfile(member, io.BytesIO(b"hi"))
    engine.run("docker build -t lab-add .", tmp_path)
    assert engine.out("docker run --rm lab-add ls /copy") == "src.tar.gz"
    assert engine.out("docker run --rm lab-add ls /add") == "hello.txt"


@pytest.mark.proves("docker-build-cache", by=["Docker"])
@pytest.mark.parametrize(
    ("steps", "kept"),
    [
        ("COPY . /app\nRUN echo install", 0),
        ("COPY requirements.txt /app/\nRUN echo install\nCOPY . /app", 2),
    ],
    ids=["all first", "needs first"],
)
def test_a_change_spoils_all_that_follows(
    engine: Engine, tmp_path: Path, steps: str, kept: int
) -> None:
    (tmp_path / "Dockerfile").write_text(f"FROM busybox:1.37\n{steps}\n")
    (tmp_path / "requirements.txt").write_text(f"gunicorn  # {tmp_path}\n")
    (tmp_path / "app.py").write_text("one = 1\n")
    build = "docker build --progress=plain . 2>&1"
    engine.run(build, tmp_path)
    (tmp_path / "app.py").write_text("one = 2\n")
    said = engine.run(build, tmp_path).stdout
    titles = dict(re.findall(r"^#(\d+) \[\d+/\d+\] (.*)$", said, re.M))
    cached = [titles.get(number, "") for number in re.findall(r"^#(\d+) CACHED", said, re.M)]
    assert len([step for step in cached if step.startswith(("COPY", "RUN"))]) == kept


@pytest.mark.proves("docker-build-cache", by=["hadolint"])
def test_the_file_of_needs_comes_first(example: Example) -> None:
    """That its cache works is shown where the whole Dockerfile is built."""
    lines = example("docker/Dockerfile", part="build").splitlines()
    assert "COPY . ." not in lines
    assert "COPY . ." in example("docker/Dockerfile", part="run").splitlines()
    (copies,) = [i for i, line in enumerate(lines) if line == "COPY requirements.txt ."]
    (installs,) = [i for i, line in enumerate(lines) if line.startswith("RUN pip wheel")]
    assert copies < installs


@pytest.mark.proves("docker-arg-env", by=["Docker"])
def test_an_argument_stays_in_the_history_and_a_secret_does_not(
    engine: Engine, example: Example, tmp_path: Path
) -> None:
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text(example("docker/secret.Dockerfile", part="arg") + "ENV MODE=prod\n")
    engine.run("docker build --build-arg TOKEN=s3cret -t lab-arg .", tmp_path)
    history = "docker history --no-trunc --format '{{.CreatedBy}}'"
    assert "s3cret" in engine.out(f"{history} lab-arg")
    environment = engine.out("docker run --rm lab-arg env")
    assert "MODE=prod" in environment
    assert "TOKEN" not in environment

    (tmp_path / "token.txt").write_text("s3cret")
    dockerfile.write_text(example("docker/secret.Dockerfile", part="secret"))
    engine.run("docker build --secret id=token,src=token.txt -t lab-secret .", tmp_path)
    assert "s3cret" not in engine.out(f"{history} lab-secret").replace("token", "")
    read = "docker run --rm lab-secret cat /run/secrets/token"
    assert "s3cret" not in engine.run(read, check=False).stdout


@pytest.mark.proves("docker-exit-codes", by=["Docker"])
def test_the_codes_of_failed_starts(engine: Engine, example: Example) -> None:
    text = example("docker/exit-codes.sh", part="run")
    printed = engine.run(text, check=False).stdout.split()
    assert printed == re.findall(r"# (\d+)$", text, re.M) == ["125", "126", "127", "3"]


@pytest.mark.proves("docker-exit-codes", by=["Docker"])
@pytest.mark.parametrize(("signal", "code"), [("KILL", "137"), ("TERM", "143")])
def test_the_codes_of_signals(engine: Engine, signal: str, code: str) -> None:
    engine.run("docker run -d --init --name web busybox:1.37 sleep 300")
    engine.run(f"docker kill --signal {signal} web")
    assert engine.out("docker wait web") == code
    assert engine.out("docker inspect -f '{{.State.OOMKilled}}' web") == "false"


@pytest.mark.proves("docker-healthcheck", "docker-compose-depends", by=["Docker"])
def test_nothing_restarts_what_is_unhealthy(engine: Engine, example: Example) -> None:
    engine.build("lab-health", example("docker/health.Dockerfile", part="health"))
    engine.run("docker run -d --init --name web --restart always lab-health")
    health = "docker inspect -f '{{.State.Health.Status}}' web"
    engine.until(health, "healthy")
    engine.until(health, "unhealthy")
    engine.run("sleep 2")  # time to restart it, if anything did
    state = "docker inspect -f '{{.State.Health.Status}} {{.State.Running}} {{.RestartCount}}' web"
    assert engine.out(state) == "unhealthy true 0"


@pytest.mark.proves("docker-network-dns", by=["Docker"], stand_ins=["postgres:17", "shop:1.0"])
def test_a_name_is_known_in_a_network_of_ones_own_only(engine: Engine, example: Example) -> None:
    engine.build("shop:1.0", 'FROM busybox:1.37\nCMD ["sleep", "300"]\n')
    needs = '[ -n "$POSTGRES_PASSWORD" ] || exit 1; exec sleep 300'  # as the real one does
    engine.build("postgres:17", f"FROM busybox:1.37\nCMD {needs}\n")
    done = engine.run(example("docker/commands.sh", part="network"), check=False)
    if "operation not" in done.stderr or "iptables" in done.stderr:
        pytest.skip(f"no container can join a network here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    assert engine.out("docker ps --format '{{.Names}}' | sort") == "db\nweb"
    address = engine.out("docker inspect -f '{{.NetworkSettings.Networks.shop.IPAddress}}' db")
    said = engine.out("docker exec web nslookup db")
    assert "127.0.0.11" in said
    assert f"Address: {address}" in said
    engine.run("docker run -d --name other busybox:1.37 sleep 300")
    unknown = engine.run("docker run --rm busybox:1.37 timeout 5 nslookup other", check=False)
    assert unknown.returncode != 0


@pytest.mark.proves("docker-simple-linux", by=["Docker"])
def test_a_container_has_views_of_its_own_and_no_kernel(engine: Engine) -> None:
    engine.run("docker run -d --name web busybox:1.37 sleep 300")
    for kind, own in {"pid": True, "net": True, "mnt": True, "user": False}.items():
        inside = engine.out(f"docker exec web readlink /proc/1/ns/{kind}")
        assert (inside != str(Path(f"/proc/self/ns/{kind}").readlink())) is own
    assert engine.out("docker exec web uname -r") == engine.out("uname -r")
