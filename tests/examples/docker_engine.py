"""A Docker engine for the tests, and images made here: nothing is pulled from a registry.

The tests overwrite images and remove containers, volumes and networks, whatever their names. So
they use no engine but the one that `.ci/run` starts for them, or finds on a machine that GitHub
throws away, and says in `EXAMPLES_DOCKER_HOST`.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from tests.examples.programs import DOCKER_HOST

# pip, as far as the Dockerfile goes: a "wheel" of Gunicorn is a script.
_PIP = """\
#!/bin/sh
for last; do :; done
case $1 in
wheel) mkdir -p "$3"; (cat /bin/gunicorn.sh; echo "# $(cat "$last")") > "$3/gunicorn.whl" ;;
install) cp "$last" /bin/gunicorn; chmod +x /bin/gunicorn ;;
esac
"""
_GUNICORN = """\
#!/bin/sh
echo gunicorn "$@"
exec httpd -f -p 8000 -h /app
"""
_USERADD = '#!/bin/sh\necho "app:x:10001:10001::/:/bin/sh" >> /etc/passwd\n'


class Engine:
    """Runs what a card shows against the tests' own engine."""

    def __init__(self, client: str, home: Path) -> None:
        self._home = home
        (home / "bin").mkdir()
        (home / "bin" / "docker").symlink_to(client)
        self.environment = {
            **os.environ,
            "PATH": f"{home / 'bin'}:{os.environ['PATH']}",
            "DOCKER_HOST": DOCKER_HOST,
            "DOCKER_CONFIG": str(home / "config"),
            # The builder that newer engines have as their default.
            "DOCKER_BUILDKIT": "1",
        }

    def run(
        self,
        script: str,
        cwd: Path | None = None,
        *,
        check: bool = True,
        data: bytes | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run lines of a shell; an error of one is an error of all, unless told not to check."""
        done = subprocess.run(
            ["sh", "-euc" if check else "-uc", script],
            cwd=cwd or self._home,
            env={**self.environment, **(environment or {})},
            input=data,
            capture_output=True,
            timeout=120,
        )
        text = subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
        )
        assert not check or text.returncode == 0, f"{script}\n{text.stdout}{text.stderr}"
        return text

    def out(self, script: str) -> str:
        """What lines of a shell print."""
        return self.run(script).stdout.strip()

    def build(self, tag: str, dockerfile: str, files: Mapping[str, str] | None = None) -> str:
        """Build an image from a Dockerfile and the files beside it; gives what the builder said."""
        with tempfile.TemporaryDirectory(dir=self._home) as folder:
            for name, text in {"Dockerfile": dockerfile, **(files or {})}.items():
                (Path(folder) / name).write_text(text)
            done = self.run(f"docker build --progress=plain -t {tag} .", Path(folder))
        return done.stdout + done.stderr

    def until(self, script: str, expected: str, seconds: float = 30) -> None:
        """Wait until lines of a shell print what is expected."""
        deadline = time.monotonic() + seconds
        while (said := self.run(script, check=False).stdout.strip()) != expected:
            assert time.monotonic() < deadline, f"{script}: {said}"
            time.sleep(0.1)

    def clean(self) -> None:
        """Remove all containers, networks and volumes."""
        self.run(
            """
            docker ps -aq | xargs -r docker rm -f
            docker network prune -f
            docker volume ls -q | xargs -r docker volume rm -f
            """
        )


def _client(folder: Path) -> str:
    """A client that answers and can build: some come without their builder."""
    paths = dict.fromkeys((shutil.which("docker"), "/usr/bin/docker", "/usr/local/bin/docker"))
    for path in paths:
        if path and Path(path).exists():
            trial = subprocess.run(
                [path, "--host", DOCKER_HOST, "build", "-q", "-"],
                input=b"FROM scratch\nLABEL a=b\n",
                env={**os.environ, "DOCKER_BUILDKIT": "1", "DOCKER_CONFIG": str(folder)},
                capture_output=True,
                timeout=60,
            )
            if trial.returncode == 0:
                return path
    pytest.skip("no Docker client here can build with BuildKit")


def _root() -> bytes:
    """A root directory of one program and its many names."""
    busybox = shutil.which("busybox", path="/bin:/usr/bin")
    if busybox is None:
        pytest.skip("there is no busybox to make an image of")
    names = subprocess.run([busybox, "--list"], capture_output=True, text=True, check=True)
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as tar:
        for folder in ("bin", "etc", "tmp"):
            member = tarfile.TarInfo(folder)
            member.type, member.mode = tarfile.DIRTYPE, 0o1777 if folder == "tmp" else 0o755
            tar.addfile(member)
        tar.add(busybox, "bin/busybox")
        for name in set(names.stdout.split()) - {"busybox"}:
            member = tarfile.TarInfo(f"bin/{name}")
            member.type, member.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(member)
        passwd = b"root:x:0:0:root:/:/bin/sh\n"
        member = tarfile.TarInfo("etc/passwd")
        member.size = len(passwd)
        tar.addfile(member, io.BytesIO(passwd))
    return held.getvalue()


@contextmanager
def _alone() -> Iterator[None]:
    """The engine, and the names that the cards use, belong to one process at a time."""
    import fcntl

    # Not beside the engine's socket: that folder may belong to root.
    name = f"deckpress-engine-{sha256(DOCKER_HOST.encode()).hexdigest()[:12]}.lock"
    with Path(tempfile.gettempdir(), name).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def _engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    if not DOCKER_HOST:
        pytest.skip("there is no Docker engine for the tests; .ci/run starts one if it can")
    home = tmp_path_factory.mktemp("docker")
    with _alone():
        engine = Engine(_client(home), home)
        engine.run("docker import - busybox", data=_root())
        works = engine.run("docker run --rm --network none busybox true", check=False)
        if works.returncode:
            pytest.skip(f"the Docker engine starts no container: {works.stderr.strip()}")
        put = (
            "FROM busybox\nCOPY pip gunicorn.sh useradd /bin/\nRUN chmod +x /bin/pip /bin/useradd\n"
        )
        tools = {"pip": _PIP, "gunicorn.sh": _GUNICORN, "useradd": _USERADD}
        engine.build("python:3.13-slim", put, tools)
    return engine


@pytest.fixture
def engine(_engine: Engine) -> Iterator[Engine]:
    """The engine, with the image busybox and a stand-in for Python's, and nothing that runs."""
    with _alone():
        _engine.clean()
        yield _engine
        _engine.clean()
