"""The recipes are followed from their beginning to their end, as far as their programs are here.

Stand-ins: what fetches packages does nothing, and ``systemctl`` runs a unit's ExecStart.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.examples.fastdfs_tracker import IPV4, cluster
from tests.examples.nginx_server import nginx, whole
from tests.examples.programs import program
from tests.examples.recipes import blocks, file, printed, recipes, run
from tests.examples.test_docker_files import compose
from tests.shipped import SOURCE

RECORDED = Path(__file__).parent / "recorded" / "fastdfs"
NAMES = sorted(recipes())


def test_there_are_four_recipes_and_cards_lead_to_each() -> None:
    assert len(NAMES) == 4
    source = SOURCE.read_text("utf-8")
    assert [name for name in NAMES if f"](#recipe-{name})" not in source] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_says_what_one_has_how_to_check_it_and_how_to_take_it_down(name: str) -> None:
    text = recipes()[name]
    headings = re.findall(r"^#### (.*)$", text, re.M)
    assert text.startswith("\n\n做完以后：")
    assert headings[-2:] == ["检查", "拆掉"]
    assert all(block.body for block in blocks(name))


@pytest.mark.parametrize("name", NAMES)
def test_what_is_typed_is_a_sound_script(name: str, tmp_path: Path) -> None:
    typed = "".join(block.body for block in blocks(name) if block.info.split()[0] == "sh")
    (tmp_path / "typed.sh").write_text(f"#!/bin/sh\nset -eu\n{typed}", "utf-8")
    done = subprocess.run(
        [program("shellcheck"), "-e", "SC2164", str(tmp_path / "typed.sh")],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "programs"),
    [
        ("nginx-uwsgi", {"/srv/shop/venv": ["uwsgi"]}),
        (
            "supervisor",
            {
                "/srv/supervisor/venv": ["supervisord", "supervisorctl"],
                "/srv/web/venv": ["gunicorn"],
            },
        ),
    ],
)
def test_a_recipe_does_what_it_says(
    name: str, programs: dict[str, list[str]], tmp_path: Path
) -> None:
    said = run(name, tmp_path, programs)
    expected = printed(name)
    assert len(said) == len(expected)
    for got, wanted in zip(said, expected, strict=True):
        if wanted:
            assert got == wanted


@pytest.mark.parametrize("name", ["nginx-uwsgi", "supervisor"])
def test_systemd_reads_the_units(name: str, tmp_path: Path) -> None:
    """But for the programs, which are not here; it exits 0 on a bad value, and says so."""
    for block in blocks(name):
        if block.path is not None and "/systemd/system/" in block.path:
            unit = tmp_path / Path(block.path).name.replace("@", "@1")
            unit.write_text(re.sub("ExecStart=.*", "ExecStart=/bin/true", block.body), "utf-8")
            unit.write_text(re.sub("ExecReload=.*\n", "", unit.read_text("utf-8")), "utf-8")
            done = subprocess.run(
                [program("systemd-analyze"), "verify", str(unit)], capture_output=True, text=True
            )
            assert unit.name not in done.stderr, done.stderr


def test_python_stores_a_file_in_fastdfs(tmp_path: Path) -> None:
    """Against the stand-in that speaks the recorded protocol."""
    name = "fastdfs-python"
    for path in ("store.py", "check.py"):
        (tmp_path / path).write_text(file(name, f"/srv/files/{path}"), "utf-8")
    with cluster(IPV4) as running:
        conf = running.configuration(file(name, "/srv/files/client.conf"))
        (tmp_path / "client.conf").write_text(conf, "utf-8")
        command = [sys.executable, "check.py", "client.conf"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "".join(printed(name))
    assert running.files == {}
    # With the tracker gone, what is raised can be caught.
    wanted = (
        "from store import Store, Unreachable\n"
        "try:\n    Store('client.conf').upload(b'x', 'txt')\n"
        "except Unreachable as error:\n    print('caught', error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", wanted], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.stdout.endswith("caught no tracker answers\n"), done.stdout + done.stderr


def settings(text: str) -> dict[str, str]:
    return dict(re.findall(r"^(\w+) = (.*)$", text, re.M))


@pytest.mark.parametrize(
    ("path", "recorded"), [("tracker.conf", "tracker.conf"), ("storage.conf", "storage1.conf")]
)
def test_fastdfs_was_started_with_the_settings_of_the_recipe(path: str, recorded: str) -> None:
    """Whatever is not an address, a port or a folder of the machine has the recorded value."""
    shown = settings(file("fastdfs-containers", f"/srv/fastdfs/conf/{path}"))
    ran = settings((RECORDED / recorded).read_text("utf-8"))
    places = {"bind_addr", "port", "base_path", "store_path0", "tracker_server"}
    assert shown.keys() <= ran.keys()
    assert {k: v for k, v in shown.items() if k not in places and v != ran[k]} == {}


def test_what_the_containers_read_is_in_the_recipe() -> None:
    asked = set(re.findall(r"/etc/fdfs/([\w.]+)", recipes()["fastdfs-containers"]))
    assert asked == {"tracker.conf", "storage.conf", "client.conf"}
    for name in asked:
        assert file("fastdfs-containers", f"/srv/fastdfs/conf/{name}")


def test_compose_reads_the_file_of_fastdfs(tmp_path: Path) -> None:
    name = "fastdfs-containers"
    (tmp_path / "compose.yaml").write_text(file(name, "/srv/fastdfs/compose.yaml"), "utf-8")
    assert "see INSTALL" in compose(tmp_path, "config").stderr
    versions = {"LIBFASTCOMMON": "V1", "LIBSERVERFRAME": "V2"}
    done = compose(tmp_path, "config", "--format", "json", **versions)
    assert done.returncode == 0, done.stderr
    services = json.loads(done.stdout)["services"]
    assert {service["network_mode"] for service in services.values()} == {"host"}
    assert services["tracker"]["build"]["args"] == versions
    data = {mount["target"]: mount["source"] for mount in services["storage"]["volumes"]}
    shown = settings(file(name, "/srv/fastdfs/conf/storage.conf"))
    assert shown["store_path0"] in data
    assert shown["base_path"] in data
    # What Nginx serves is the folder that storage writes to.
    conf = file(name, "/etc/nginx/conf.d/fastdfs.conf")
    assert f"alias {data[shown['store_path0']]}/data/;" in conf


def test_hadolint_has_little_to_say_about_the_image_of_fastdfs(tmp_path: Path) -> None:
    path = tmp_path / "Dockerfile"
    path.write_text(file("fastdfs-containers", "/srv/fastdfs/Dockerfile"), "utf-8")
    done = subprocess.run(
        [program("hadolint"), "--format", "json", str(path)], capture_output=True, text=True
    )
    # Packages of a fixed distribution without their versions, and a `cd` of a loop.
    assert {found["code"] for found in json.loads(done.stdout)} <= {"DL3008", "DL3003"}


def test_nginx_serves_a_file_by_its_id(tmp_path: Path) -> None:
    data = tmp_path / "data" / "00" / "00"
    data.mkdir(parents=True)
    (data / "x.txt").write_text("hello", "utf-8")
    conf = file("fastdfs-containers", "/etc/nginx/conf.d/fastdfs.conf")
    conf = conf.replace("/srv/fastdfs/data", str(tmp_path)).replace("8888", "127.0.0.1:8888")
    with nginx(tmp_path / "nginx", whole(conf), {}) as server:
        assert server.get("/group1/M00/00/00/x.txt", 8888) == (200, "hello")
        assert server.get("/group1/M00/00/00/y.txt", 8888).status == 404
