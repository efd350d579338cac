"""The data center, as commands ask it, and what they do with its answers."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import httpx

from cti.kit.errors import ConfigError, EnvironmentProblem, HotlineError, Problem, Text, problem
from cti.settings import Settings

REQUEST_SECONDS = 30.0
SITES_SECONDS = 10.0  # for sites that can be reached; others catch up when they are back


class DataCenterApi:
    """One resource of the data center's API. Every failure is a `HotlineError`."""

    def __init__(self, settings: Settings, resource: str, kind: str) -> None:
        """`kind` begins the codes of errors."""
        self.sites = [site.name for site in settings.topology.sites]
        self._root, self._kind = settings.topology.data_center.url, kind
        self._url = f"{self._root}/api/v1/{resource}"
        self._headers = {"Authorization": f"Bearer {settings.secrets.derive('publish')}"}

    def post(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        return self._ask("POST", path, None, json=body)

    def put_file(self, path: str, file: bytes, media: str, query: Mapping[str, Any]) -> dict[str, Any]:
        return self._ask("PUT", path, query, content=file, headers={"Content-Type": media})

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return self._ask("GET", path, query)

    def answered(self, path: str, n: int, sites: Iterable[str]) -> tuple[list[dict[str, Any]], list[str]]:
        """What all sites said, and which of these have not said anything of number `n`: waits for those that can be reached."""
        began, wanted = time.monotonic(), set(sites)
        while True:
            said: list[dict[str, Any]] = self.get(path)["sites"]
            away = wanted - {site["site"] for site in said if site["n"] >= n}
            if not away or time.monotonic() - began > SITES_SECONDS:
                return said, sorted(away)
            time.sleep(0.1)

    def _ask(self, method: str, path: str, query: Mapping[str, Any] | None, **sent: Any) -> dict[str, Any]:
        sent["headers"] = self._headers | sent.get("headers", {})
        try:
            url = f"{self._url}/{path}".rstrip("/")
            return dict(_sent(method, self._root, url, self._kind, params=query, **sent).json())
        except ValueError as error:
            raise _away(self._root, self._kind, error) from None


def read_center(settings: Settings, path: str, query: Mapping[str, Any]) -> httpx.Response:
    """What the data center answers to a reader: `path` is what follows `/api/v1/`. Every failure is a `HotlineError`."""
    root = settings.topology.data_center.url
    token = settings.read_token or settings.secrets.derive("publish")
    headers = {"Authorization": f"Bearer {token}"}
    return _sent("GET", root, f"{root}/api/v1/{path}", path, params=query, headers=headers)


def read_json(settings: Settings, path: str, query: Mapping[str, Any]) -> Any:
    """As `read_center`, and what it says must be JSON."""
    try:
        return read_center(settings, path, query).json()
    except ValueError as error:
        raise _away(settings.topology.data_center.url, path, error) from None


def _sent(method: str, root: str, url: str, kind: str, **what: Any) -> httpx.Response:
    try:
        answer = httpx.request(method, url, timeout=REQUEST_SECONDS, trust_env=False, **what)
        found = answer.json() if answer.is_error else None
    except (httpx.HTTPError, ValueError) as error:
        raise _away(root, kind, error) from None
    if answer.is_error:
        raise HotlineError(_problem(found, answer.status_code, kind))
    return answer


def _away(root: str, kind: str, error: Exception) -> EnvironmentProblem:
    name = type(error).__name__
    return EnvironmentProblem(problem(
        f"{kind}.data_center_away", root, f"The data center does not answer ({name}). Nothing was changed; sites go on with what they "
        "have.", f"数据中心没有响应（{name}）。未做任何更改，各中心继续使用现有版本。", "Start it (`cti up`), and try again.",
        "请启动数据中心（`cti up`）后重试。"))  # fmt: skip


def _problem(body: Any, status: int, kind: str) -> Problem:
    try:
        what, mend = body["what"], body["mend"]
        return Problem(
            str(body["code"]), str(body["where"]), Text(what["en"], what["zh"]), Text(mend["en"], mend["zh"])
        )
    except (KeyError, TypeError):
        raise ConfigError(problem(
            f"{kind}.data_center_unexpected", f"HTTP {status}", "Something that is not the data center answers.", "应答的不是数据中心。",
            "Check the topology's data_center address.", "请检查拓扑文件中的 data_center 地址。")) from None  # fmt: skip


def flows_api(settings: Settings, hotline: str) -> DataCenterApi:
    """Of a hotline; the topology's if none is named."""
    return DataCenterApi(settings, f"flows/{hotline or settings.topology.hotline}", "flow")


def print_items(items: Sequence[Mapping[str, Any]], as_json: bool, moment: str, columns: Sequence[str]) -> None:
    """One a line, each beginning with its moment."""
    if as_json:
        print(json.dumps({"items": list(items)}, ensure_ascii=False, indent=2))
        return
    for item in items:
        print("  ".join((item[moment][:19].replace("T", " "), *(str(item[column]) for column in columns))))
    if not items:
        print("none 无")


def print_away(sites: Iterable[str]) -> None:
    for away in sites:
        print(f"  {away}: not reached, it will catch up 未连通，恢复后自动跟进")
