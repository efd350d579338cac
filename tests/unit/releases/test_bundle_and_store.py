"""Bundles of a hotline's files, and the versions that a site keeps."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import zipfile
from pathlib import Path

import pytest

from cti.ivr import load_hotline
from cti.kit.errors import ConfigError
from cti.releases import Release, ReleaseStore, inspect, pack, unpack
from cti.releases.store import KEPT

SHIPPED = Path(__file__).parents[3] / "ivr_flows/95500"
VERSION = load_hotline(SHIPPED).version


def archive(method: int = zipfile.ZIP_DEFLATED, **files: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as bundle:
        for name, content in files.items():
            bundle.writestr(name, content)
    return data.getvalue()


def scratched(method: int) -> bytes:
    """A bundle whose compressed bytes are not what was packed."""
    whole = archive(method, **{"flow.yaml": b"a: 1\n" * 100})
    place = 30 + len("flow.yaml")
    return whole[:place] + bytes(byte ^ 0xFF for byte in whole[place : place + 20]) + whole[place + 20 :]


def code(error: pytest.ExceptionInfo[ConfigError]) -> str:
    return error.value.problems[0].code


def test_a_bundle_is_the_hotline_it_was_made_from() -> None:
    assert inspect(pack(SHIPPED)).version == VERSION


def test_the_same_files_give_the_same_bundle_wherever_and_whenever(tmp_path: Path) -> None:
    copy = shutil.copytree(SHIPPED, tmp_path / "copy")
    (copy / "notes.txt").write_text("of no concern")
    assert pack(copy) == pack(SHIPPED)


@pytest.mark.parametrize(
    "bundle",
    [
        b"",
        b"PK\x03\x04 and nothing",
        archive(**{"../flow.yaml": b"x"}),
        archive(**{"/etc/passwd.yaml": b"x"}),
        archive(**{"prompts/zh/../../x.wav": b"x"}),
        archive(**{f"f{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}{chr(97 + n // 676)}.yaml": b"" for n in range(5001)}),
        archive(**{"flow.yaml": bytes(65 * 1024 * 1024)}),
        archive(**{"flow.yaml": b"a: 1"})[:-30],
    ],
    ids=["empty", "cut", "climbs", "absolute", "climbs within", "many", "large", "no end"],
)
def test_a_hostile_bundle_is_refused_and_writes_nothing_outside(tmp_path: Path, bundle: bytes) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    with pytest.raises(ConfigError) as error:
        unpack(bundle, inner)
    assert code(error) == "bundle.broken"
    assert [path for path in tmp_path.rglob("*") if inner not in path.parents and path != inner] == []


@pytest.mark.parametrize(
    "bundle",
    [
        scratched(zipfile.ZIP_DEFLATED),
        scratched(zipfile.ZIP_BZIP2),
        archive(zipfile.ZIP_BZIP2, **{"flow.yaml": b""}),
        archive(zipfile.ZIP_LZMA, **{"flow.yaml": b""}),
    ],
    ids=["scratched", "scratched bzip2", "bzip2", "lzma"],
)
def test_a_bundle_that_is_scratched_or_packed_in_another_way_is_refused(tmp_path: Path, bundle: bytes) -> None:
    with pytest.raises(ConfigError) as error:
        unpack(bundle, tmp_path)
    assert code(error) == "bundle.broken"


def test_a_store_gives_back_what_it_took(tmp_path: Path) -> None:
    store, bundle = ReleaseStore(tmp_path), pack(SHIPPED)
    assert not store.has(VERSION)
    store.add(VERSION, bundle, hashlib.sha256(bundle).hexdigest())
    assert store.has(VERSION)
    assert ReleaseStore(tmp_path).load(VERSION).version == VERSION


def test_a_bundle_whose_digest_is_another_is_not_taken(tmp_path: Path) -> None:
    store, bundle = ReleaseStore(tmp_path), pack(SHIPPED)
    for version, digest in ((VERSION, "0" * 64), ("abcdef123456", hashlib.sha256(bundle).hexdigest())):
        with pytest.raises(ConfigError) as error:
            store.add(version, bundle, digest)
        assert code(error) == "release.forged"
        assert not store.has(version)
    assert list(tmp_path.iterdir()) == []


def test_files_changed_on_the_disk_are_not_served(tmp_path: Path) -> None:
    store, bundle = ReleaseStore(tmp_path), pack(SHIPPED)
    store.add(VERSION, bundle, hashlib.sha256(bundle).hexdigest())
    with (tmp_path / VERSION / "prompts.yaml").open("a") as file:
        file.write("# touched\n")
    with pytest.raises(ConfigError) as error:
        store.load(VERSION)
    assert code(error) == "release.forged"


def test_what_a_killed_process_left_half_is_removed_when_the_next_bundle_is_taken_in(tmp_path: Path) -> None:
    (tmp_path / ".making-xyz").mkdir()
    (tmp_path / ".making-xyz" / "flow.yaml").write_text("half")
    bundle = pack(SHIPPED)
    ReleaseStore(tmp_path).add(VERSION, bundle, hashlib.sha256(bundle).hexdigest())
    assert [path.name for path in tmp_path.iterdir()] == [VERSION]


def test_a_process_that_begins_to_stand_by_leaves_alone_what_the_active_one_is_taking_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unpack_while_another_begins(bundle: bytes, folder: Path) -> None:
        unpack(bundle, folder)
        ReleaseStore(tmp_path)

    monkeypatch.setattr("cti.releases.store.unpack", unpack_while_another_begins)
    store, bundle = ReleaseStore(tmp_path), pack(SHIPPED)
    store.add(VERSION, bundle, hashlib.sha256(bundle).hexdigest())
    assert store.load(VERSION).version == VERSION


def test_the_release_that_counts_is_remembered(tmp_path: Path) -> None:
    store, release = ReleaseStore(tmp_path), Release(n=3, version=VERSION)
    assert store.remembered() is None
    store.remember(release)
    assert ReleaseStore(tmp_path).remembered() == release
    (tmp_path / "release.json").write_text('{"n": 3, "version": "../../etc"}')
    assert store.remembered() is None


def test_the_latest_versions_are_kept_and_those_that_count(tmp_path: Path) -> None:
    store = ReleaseStore(tmp_path)
    versions = [f"{n:012x}" for n in range(KEPT + 5)]
    for n, version in enumerate(versions):
        (tmp_path / version).mkdir()
        (tmp_path / version / "flow.yaml").touch()
        os.utime(tmp_path / version / "flow.yaml", (n, n))
    store.remember(Release(n=1, version=versions[0]))
    assert [version for version in versions if store.has(version)] == [versions[0], *versions[5:]]
