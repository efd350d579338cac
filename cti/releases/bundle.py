"""A hotline's folder as one zip archive. The same files always give the same bytes."""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
import zlib
from pathlib import Path

from cti.ivr import Hotline, load_hotline
from cti.kit.errors import ConfigError, EnvironmentProblem, problem

MAX_FILES = 5_000
MAX_BYTES = 64 * 1024 * 1024  # unpacked
_NAME = re.compile(r"[a-z]{1,20}\.yaml|prompts/[a-z]{2}/[a-z][a-z0-9_-]{0,40}\.wav")
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others unpack without a limit, and fail in ways of their own
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def pack(folder: Path) -> bytes:
    """The bundle of a hotline's folder. Raises `EnvironmentProblem` when a file can't be read."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bundle:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if _NAME.fullmatch(name) and path.is_file():
                try:
                    content = path.read_bytes()
                except OSError as error:
                    raise EnvironmentProblem(problem(
                        "bundle.unreadable", str(path), f"Cannot be read: {error.strerror}.", f"无法读取：{error.strerror}。",
                        "Correct its permissions.", "请修正文件权限。")) from None  # fmt: skip
                bundle.writestr(zipfile.ZipInfo(name, _LONG_AGO), content, zipfile.ZIP_DEFLATED)
    return archive.getvalue()


def unpack(bundle: bytes, folder: Path) -> None:
    """Writes a bundle's files into an existing folder, and nowhere else. Raises `ConfigError`; OSError if the disk refuses."""
    try:
        with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_FILES or sum(entry.file_size for entry in entries) > MAX_BYTES:
                raise _broken("it is too large 过大")
            for entry in entries:
                if not _NAME.fullmatch(entry.filename):
                    raise _broken(f"{entry.filename[:80]!r} is no file of a hotline 不是热线文件")
                if entry.compress_type not in _PACKED:
                    raise _broken("it is packed in another way 压缩方式不同")
                target = folder / entry.filename
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(entry) as source:
                    content = source.read(MAX_BYTES + 1)  # what it says of its size need not be true
                if len(content) != entry.file_size:
                    raise _broken("a size is not true 大小不符")
                target.write_bytes(content)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise _broken(type(error).__name__) from None


def inspect(bundle: bytes) -> Hotline:
    """The hotline in a bundle; its recordings' paths lead nowhere. Raises `ConfigError` with every problem, by file name."""
    with tempfile.TemporaryDirectory(prefix="hotline-bundle-") as scratch:
        unpack(bundle, Path(scratch))
        return load_hotline(Path(scratch))


def _broken(why: str) -> ConfigError:
    return ConfigError(problem(
        "bundle.broken", "bundle", f"This is not a hotline's bundle: {why}.", f"这不是热线的发布包：{why}。",
        "Publish the folder again.", "请重新发布该目录。"))  # fmt: skip
