"""What a Compose file says of a running service: its log, its rights, its way to the host."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from releases.proving import Example
from tests.examples.test_docker_files import compose

FILE = "docker/service.compose.yaml"


def service(example: Example, folder: Path, part: str) -> dict[str, Any]:
    """What Compose makes of a service that has only what a card shows."""
    lines = example(FILE, part).splitlines()
    text = ["services:", "  web:", "    image: shop:1.0", *(f"    {line}" for line in lines)]
    (folder / "compose.yaml").write_text("\n".join(text), "utf-8")
    done = compose(folder, "config", "--format", "json")
    assert done.returncode == 0, done.stderr
    web: dict[str, Any] = json.loads(done.stdout)["services"]["web"]
    return web


@pytest.mark.proves("docker-logs", by=["Docker Compose"])
def test_the_log_of_a_service_has_an_end(example: Example, tmp_path: Path) -> None:
    logging = service(example, tmp_path, "logging")["logging"]
    assert logging["driver"] == "json-file"
    size, count = logging["options"]["max-size"], logging["options"]["max-file"]
    assert (size, count) == ("10m", "3")  # 30 MB, as the card says


@pytest.mark.proves("docker-privileged-caps", by=["Docker Compose"])
def test_a_service_has_one_right_and_no_other(example: Example, tmp_path: Path) -> None:
    web = service(example, tmp_path, "caps")
    assert (web["cap_drop"], web["cap_add"]) == (["ALL"], ["NET_ADMIN"])
    assert web["security_opt"] == ["no-new-privileges:true"]
    assert not web.get("privileged")


@pytest.mark.proves("docker-reach-host", by=["Docker Compose"])
def test_a_service_knows_the_host_by_a_name(example: Example, tmp_path: Path) -> None:
    hosts = service(example, tmp_path, "hosts")["extra_hosts"]
    assert hosts == ["host.docker.internal=host-gateway"]
