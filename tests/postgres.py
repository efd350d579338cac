"""A private PostgreSQL server for tests: its own folder, its own port, fsync on, gone afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.ports import free_port


class PostgresServer:
    """One cluster. `start` and `stop` may be called in turn; the port stays."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._bin = _binaries()
        # PostgreSQL refuses to run as root
        self._as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        self.user = "postgres"
        self.port = free_port()

    def url(self, database: str) -> str:
        return f"postgresql+asyncpg://{self.user}@127.0.0.1:{self.port}/{database}"

    def initialize(self) -> None:
        if self._as_user:
            shutil.chown(self._folder, "postgres", "postgres")
        data = str(self._folder / "data")
        self._run("initdb", "-D", data, "-U", self.user, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-instructions")

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder}"
        self._run(
            "pg_ctl", "-D", str(self._folder / "data"), "-w", "-l", str(self._folder / "log"), "-o", options, "start"
        )

    def stop(self, mode: str = "fast") -> None:
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-w", "-m", mode, "stop")

    def create_database(self, name: str, template: str = "template0") -> str:
        """Gives the new database's URL. Nobody may be connected to `template`."""
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", self.user, "-T", template, name)
        return self.url(name)

    def _run(self, program: str, *arguments: str) -> None:
        # To a file, not a pipe: the server that pg_ctl leaves behind would hold a pipe open.
        with tempfile.TemporaryFile("w+") as said:
            command = [*self._as_user, str(self._bin / program), *arguments]
            done = subprocess.run(command, cwd=self._folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
            said.seek(0)
            if done.returncode:
                raise RuntimeError(f"{program} failed: {said.read()}")


def _binaries() -> Path:
    """Where PostgreSQL's programs are; Debian keeps them off the PATH."""
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]), reverse=True)
    found = shutil.which("initdb") or next(iter(candidates), None)
    if found is None:
        raise RuntimeError("PostgreSQL's initdb was not found: install the package postgresql")
    return Path(found).resolve().parent


@contextmanager
def running_server() -> Iterator[PostgresServer]:
    """A server for as long as the context lasts."""
    folder = Path(tempfile.mkdtemp(prefix="hotline-pg-"))
    try:
        server = PostgresServer(folder)
        server.initialize()
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The server of this test run. Import it into a conftest."""
    with running_server() as server:
        yield server
