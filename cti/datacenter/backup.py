"""Copies of the database that belong together, taken while it is in use, and put back into an empty one.

PostgreSQL's own programs do it (`pg_dump`, `pg_restore`); SQLite's own backup does. Facts that came after the copy are not lost: a data
center that has been put back says how far it knows each site's facts, and the sites send the rest again from their journals.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.engine import URL

from cti.datacenter.database import Database, parse_url
from cti.kit.errors import EnvironmentProblem, problem


async def back_up(url: str, file: Path) -> None:
    """Writes a copy into `file`, which must not exist. Raises `EnvironmentProblem`, and then leaves no file."""
    parsed = parse_url(url)
    if file.exists():
        raise EnvironmentProblem(problem(
            "backup.exists", str(file), "This file exists already.", "文件已存在。", "Name another one.", "请换一个文件名。"))  # fmt: skip
    partial = file.with_name(f".{file.name}.part")
    partial.unlink(missing_ok=True)
    try:
        if parsed.get_backend_name() == "sqlite":
            await asyncio.to_thread(_copy_sqlite, Path(parsed.database or ""), partial)
        else:
            await _run(parsed, "pg_dump", "--format=custom", "--no-owner", f"--file={partial}")
        partial.chmod(0o600)
        partial.rename(file)
    except (OSError, sqlite3.Error) as error:
        raise _failed("backup.failed", str(file), str(error)) from None
    finally:
        partial.unlink(missing_ok=True)


async def restore(url: str, file: Path) -> None:
    """Puts a copy into a database without tables. Raises `EnvironmentProblem`."""
    parsed = parse_url(url)
    if not file.is_file():
        raise _failed("restore.no_file", str(file), "there is no such file")
    if await _has_tables(url):
        raise EnvironmentProblem(problem(
            "restore.not_empty", parsed.render_as_string(hide_password=True), "This database has tables already.", "该数据库中已有表。",
            "Name an empty one in HOTLINE_DATABASE_URL.", "请在 HOTLINE_DATABASE_URL 中指定一个空库。"))  # fmt: skip
    if parsed.get_backend_name() == "sqlite":
        try:
            await asyncio.to_thread(_copy_sqlite, file, Path(parsed.database or ""))
        except (OSError, sqlite3.Error) as error:
            raise _failed("restore.failed", str(file), str(error)) from None
    else:
        await _run(
            parsed,
            "pg_restore",
            "--no-owner",
            "--single-transaction",
            "--exit-on-error",
            "--dbname",
            parsed.database or "",
            str(file),
        )


def _copy_sqlite(source: Path, target: Path) -> None:
    """As SQLite itself does it: true though others write meanwhile."""
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as there,
        closing(sqlite3.connect(target)) as here,
    ):
        there.backup(here)


async def _has_tables(url: str) -> bool:
    database = Database(url)
    try:
        async with database.writing() as connection:
            return bool(await connection.run_sync(lambda c: inspect(c).get_table_names()))
    finally:
        await database.close()


async def _run(url: URL, program: str, *arguments: str) -> None:
    """One of PostgreSQL's programs. What identifies us goes by its environment: arguments can be seen by everybody."""
    known: Mapping[str, str | None] = {
        "PGHOST": url.host, "PGPORT": str(url.port or 5432), "PGUSER": url.username, "PGDATABASE": url.database,
        "PGPASSWORD": str(url.password) if url.password is not None else None,
    }  # fmt: skip
    environment = {**os.environ, **{name: value for name, value in known.items() if value is not None}}
    process = await asyncio.create_subprocess_exec(
        _program(program), *arguments, env=environment, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, said = await process.communicate()
    if process.returncode:
        lines = said.decode(errors="replace").strip().splitlines() or [f"exit status {process.returncode}"]
        raise _failed("backup.program_failed", program, lines[0][:300])


def _program(name: str) -> str:
    """Debian keeps PostgreSQL's programs of the newest version behind a wrapper on the PATH, or off it."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    found = str(versions[-1]) if versions else shutil.which(name)
    if found is None:
        raise EnvironmentProblem(problem(
            "backup.no_program", name, "PostgreSQL's programs are not on this machine.", "本机没有 PostgreSQL 客户端程序。",
            "Install the package postgresql-client.", "请安装 postgresql-client 软件包。"))  # fmt: skip
    return found


def _failed(code: str, where: str, reason: str) -> EnvironmentProblem:
    return EnvironmentProblem(problem(
        code, where, f"It did not work: {reason}.", f"操作失败：{reason}。", "Mend what it says; nothing was changed.",
        "请按提示处理；数据未被改动。"))  # fmt: skip
