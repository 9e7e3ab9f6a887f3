"""Python clients of FastDFS, run against a tracker and a storage that speak its protocol."""

from __future__ import annotations

import random
import socket
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fastdfs_client import FastdfsClient
from fastdfs_client.exceptions import ResponseError as WrongSize
from fdfs_client.client import Fdfs_client, get_tracker_conf
from fdfs_client.exceptions import DataError, ResponseError

from releases.proving import Example
from tests.examples.fastdfs_tracker import (
    DELETE,
    DOWNLOAD,
    IPV4,
    IPV6,
    QUERY_FETCH,
    QUERY_STORE,
    QUERY_UPDATE,
    UPLOAD,
    Cluster,
    cluster,
    file_name,
)
from tests.shipped import SOURCE

# FastDFS itself is not here: see `tests.examples.fastdfs_tracker`.
STOOD_IN = ["tracker", "storage"]
PYTHON_CLIENT = pytest.mark.proves(
    "fastdfs-python-client", by=["Python", "py3Fdfs"], stand_ins=STOOD_IN
)
ADDRESS_SIZE = pytest.mark.proves(
    "fastdfs-python-address-size", by=["Python", "py3Fdfs"], stand_ins=STOOD_IN
)


@pytest.fixture
def client_conf(example: Example, tmp_path: Path) -> Any:
    """Writes the configuration that the card shows, for a tracker on a free port."""

    def write(running: Cluster) -> str:
        path = tmp_path / "client.conf"
        path.write_text(running.configuration(example("fastdfs/client.conf")), "utf-8")
        return str(path)

    return write


def upload(example: Example, configuration: str) -> subprocess.CompletedProcess[str]:
    program = example.file("fastdfs/upload.py")
    return subprocess.run(
        [sys.executable, program, configuration], capture_output=True, text=True, timeout=30
    )


@PYTHON_CLIENT
@pytest.mark.proves("fastdfs-upload-flow", "fastdfs-roles", by=["py3Fdfs"], stand_ins=STOOD_IN)
def test_upload_download_delete(example: Example, client_conf: Any) -> None:
    with cluster() as running:
        done = upload(example, client_conf(running))
    assert done.returncode == 0, done.stderr
    card = SOURCE.read_text("utf-8").split("{#fastdfs-python-client ")[1].split("\n## ")[0]
    assert f"```text output\n{done.stdout}```" in card
    assert f"group1/{file_name(b'hello', 'txt')}" in done.stdout
    # The tracker is asked before each step, and what is stored never passes it.
    name = len(file_name(b"hello", "txt"))
    assert running.seen == [
        ("tracker", QUERY_STORE, 0),
        ("storage", UPLOAD, 1 + 8 + 6 + len(b"hello")),
        ("tracker", QUERY_FETCH, 16 + name),
        ("storage", DOWNLOAD, 8 + 8 + 16 + name),
        ("tracker", QUERY_UPDATE, 16 + name),
        ("storage", DELETE, 16 + name),
    ]
    assert running.files == {}


@PYTHON_CLIENT
def test_what_is_stored_is_what_was_sent(client_conf: Any) -> None:
    content = random.Random(1).randbytes(300_000)
    with cluster() as running:
        client = Fdfs_client(get_tracker_conf(client_conf(running)))
        id = client.upload_by_buffer(content, "bin")["Remote file_id"]
        assert running.files == {id.decode().partition("/")[2]: content}
        assert client.download_to_buffer(id)["Content"] == content


@ADDRESS_SIZE
def test_the_client_of_the_card_fails_with_the_long_answer(
    example: Example, client_conf: Any
) -> None:
    """40 bytes are what this client waits for, and 70 are what it gets."""
    with cluster(IPV6) as running:
        done = upload(example, client_conf(running))
    assert done.returncode == 1
    assert done.stderr.endswith("expect: 40, actual: 70\n")
    assert running.files == {}
    assert 16 + IPV4 + 8 + 1 == 40
    assert 16 + IPV6 + 8 + 1 == 70


@pytest.mark.proves("fastdfs-python-address-size", by=["fastdfs-client"], stand_ins=STOOD_IN)
def test_the_other_client_fails_with_the_short_answer(client_conf: Any) -> None:
    with cluster(IPV4) as running:
        client: Any = FastdfsClient(client_conf(running))
        with pytest.raises(WrongSize, match=r"expect: 70, actual: 40$"):
            client.upload_by_buffer(b"hello", "txt")
    assert running.files == {}


@pytest.mark.proves("fastdfs-python-address-size", by=["fastdfs-client"], stand_ins=STOOD_IN)
def test_the_other_client_works_with_the_long_answer(client_conf: Any) -> None:
    with cluster(IPV6) as running:
        client: Any = FastdfsClient(client_conf(running))
        id = client.upload_by_buffer(b"hello", "txt")["Remote file_id"]
        assert list(running.files.values()) == [b"hello"]
        assert client.download_to_buffer(id)["Content"] == b"hello"
        client.delete_file(id)
        assert running.files == {}


@PYTHON_CLIENT
def test_an_id_is_bytes(client_conf: Any) -> None:
    with cluster() as running:
        client = Fdfs_client(get_tracker_conf(client_conf(running)))
        id = client.upload_by_buffer(b"hello", "txt")["Remote file_id"]
        with pytest.raises(TypeError):
            client.download_to_buffer(id.decode())
        with pytest.raises(DataError, match="No such file"):
            client.download_to_buffer(id + b"0")


@PYTHON_CLIENT
def test_metadata_leaves_a_file_that_nobody_knows(client_conf: Any) -> None:
    with cluster() as running:
        client = Fdfs_client(get_tracker_conf(client_conf(running)))
        with pytest.raises(struct.error):
            client.upload_by_buffer(b"hello", "txt", {"width": "1024"})
    assert list(running.files.values()) == [b"hello"]


@PYTHON_CLIENT
def test_without_a_tracker_the_client_ends_the_process(
    client_conf: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:  # and not listening, so that nobody else can
        taken.bind(("127.0.0.1", 0))
        client = Fdfs_client(get_tracker_conf(client_conf(Cluster(tracker=taken.getsockname()))))
        with pytest.raises(SystemExit):
            client.upload_by_buffer(b"hello", "txt")
    assert capsys.readouterr().out.count("Connection refused") == 10


@ADDRESS_SIZE
def test_the_error_of_the_long_answer_can_be_caught(client_conf: Any) -> None:
    with cluster(IPV6) as running:
        client = Fdfs_client(get_tracker_conf(client_conf(running)))
        with pytest.raises(ResponseError, match=r"expect: 40, actual: 70$"):
            client.upload_by_buffer(b"hello", "txt")
