"""The deck's Dockerfiles, Compose files and scripts, as the programs that check them see them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from releases.proving import Example
from tests.examples.programs import program
from tests.shipped import SOURCE

EXAMPLES = SOURCE.parent / "examples"
SCRIPTS = sorted(path.relative_to(EXAMPLES).as_posix() for path in EXAMPLES.rglob("*.sh"))


def findings(dockerfile: Path) -> list[tuple[int, str]]:
    """What hadolint has to say about a Dockerfile: lines and rules."""
    answer = subprocess.run(
        [program("hadolint"), "--format", "json", str(dockerfile)], capture_output=True, text=True
    )
    return [(found["line"], found["code"]) for found in json.loads(answer.stdout)]


def compose(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program("docker-compose"), *arguments],
        cwd=folder,
        env={name: text for name, text in os.environ.items() if name != "DB_PASSWORD"}
        | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.proves(
    "docker-dockerfile-why", "docker-cmd-entrypoint", "docker-root-in-container", by=["hadolint"]
)
def test_hadolint_finds_nothing_in_the_good_dockerfile(example: Example) -> None:
    assert findings(example.file("docker/Dockerfile")) == []


@pytest.mark.proves("docker-dockerfile-why", by=["hadolint"])
def test_hadolint_finds_in_the_bad_dockerfile_what_the_card_lists(example: Example) -> None:
    found = findings(example.file("docker/Dockerfile.bad"))
    assert found == [
        (1, "DL3007"),
        (2, "DL3020"),
        (3, "DL3003"),
        (3, "SC2164"),
        (4, "DL3013"),
        (4, "DL3042"),
        (4, "DL3059"),
        (5, "DL3025"),
    ]
    text = SOURCE.read_text("utf-8")
    card = text.partition("{#docker-dockerfile-why")[2].partition("\n## ")[0]
    assert [code for _, code in found if f"`{code}`" not in card] == ["SC2164", "DL3059"]


@pytest.mark.proves("docker-arg-env", "docker-layer-size", "docker-copy-add", by=["hadolint"])
@pytest.mark.proves("docker-healthcheck", "docker-multi-stage", by=["hadolint"])
def test_hadolint_finds_in_the_other_dockerfiles_what_they_show(example: Example) -> None:
    found = {path.stem: findings(path) for path in EXAMPLES.rglob("*.Dockerfile")}
    assert {name: what for name, what in found.items() if what} == {
        "layer-size": [(4, "DL3059")],  # the second RUN that the card is about
        "secret": [(3, "DL3064")],  # which the card names
    }
    for name in found:
        example.file(f"docker/{name}.Dockerfile")


@pytest.mark.parametrize("path", SCRIPTS)
def test_shellcheck_finds_nothing_in_a_script(path: str) -> None:
    done = subprocess.run(
        [program("shellcheck"), str(EXAMPLES / path)], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.proves("docker-compose-depends", by=["Docker Compose"])
def test_compose_reads_its_file_as_the_card_does(example: Example) -> None:
    folder = example.file("docker/compose.yaml").parent
    done = compose(folder, "config", "--format", "json", DB_PASSWORD="secret")
    assert done.returncode == 0, done.stderr
    services: dict[str, Any] = json.loads(done.stdout)["services"]
    assert services["web"]["depends_on"]["db"]["condition"] == "service_healthy"
    assert services["db"]["healthcheck"]["test"] == [
        "CMD-SHELL",
        "pg_isready -h 127.0.0.1 -U postgres",
    ]
    (port,) = services["web"]["ports"]
    assert (port["host_ip"], port["published"], port["target"]) == ("127.0.0.1", "8000", 8000)


@pytest.mark.proves("docker-compose-depends", by=["Docker Compose"])
def test_compose_without_a_condition_waits_for_a_start_only(
    example: Example, tmp_path: Path
) -> None:
    text = example.file("docker/compose.yaml").read_text("utf-8")
    lines = text.splitlines(keepends=True)
    (at,) = (
        i for i, line in enumerate(lines) if line.strip() == "db:" and "depends" in lines[i - 1]
    )
    lines[at : at + 2] = ["      - db\n"]
    (tmp_path / "compose.yaml").write_text("".join(lines), "utf-8")
    done = compose(tmp_path, "config", "--format", "json", DB_PASSWORD="secret")
    assert done.returncode == 0, done.stderr
    needs = json.loads(done.stdout)["services"]["web"]["depends_on"]["db"]
    assert needs["condition"] == "service_started"


def test_compose_refuses_to_start_without_the_password(example: Example) -> None:
    done = compose(example.file("docker/compose.yaml").parent, "config")
    assert done.stdout == ""
    assert "required variable DB_PASSWORD is missing a value: set DB_PASSWORD" in done.stderr


@pytest.mark.proves("docker-cmd-entrypoint", by=["Gunicorn"])
def test_the_image_serves_its_application(example: Example, tmp_path: Path) -> None:
    """The entry point as the Dockerfile has it, on a socket of ours."""
    folder = example.file("docker/app.py").parent
    start = example("docker/Dockerfile", part="start").splitlines()
    (entry,) = (json.loads(s.removeprefix("ENTRYPOINT")) for s in start if s[:5] == "ENTRY")
    assert entry[0] == "gunicorn"
    log = tmp_path / "log"
    with log.open("w") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", *entry, "--bind", "127.0.0.1:0", "--workers", "1"],
            cwd=folder,
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
            stderr=out,
        )
    try:
        address = _listening(log, server)
        with urllib.request.urlopen(f"{address}/hello", timeout=10) as answer:
            assert answer.read() == b"GET /hello\n"
    finally:
        server.terminate()
        assert server.wait(20) == 0


def _listening(log: Path, server: subprocess.Popen[bytes]) -> str:
    """Where Gunicorn says that it listens."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and server.poll() is None:
        for line in log.read_text().splitlines():
            if "Listening at: " in line:
                return line.partition("Listening at: ")[2].split()[0]
        time.sleep(0.05)
    raise AssertionError(log.read_text())
