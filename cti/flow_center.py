"""The data center, as commands ask it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from cti.kit.errors import ConfigError, EnvironmentProblem, HotlineError, Problem, Text, problem
from cti.settings import Settings

REQUEST_SECONDS = 30.0


class DataCenterApi:
    """The data center's API, as far as flows need it. Every failure is a `HotlineError`."""

    def __init__(self, settings: Settings, hotline: str) -> None:
        topology = settings.topology
        self.sites = [site.name for site in topology.sites]
        self._root = topology.data_center.url
        self._url = f"{self._root}/api/v1/flows/{hotline or topology.hotline}"
        self._headers = {"Authorization": f"Bearer {settings.secrets.derive('publish')}"}

    def post(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        return self._ask("POST", path, body)

    def get(self, path: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
        return self._ask("GET", path, None, query)

    def state(self) -> dict[str, Any]:
        return self.get("release")

    def _ask(
        self, method: str, path: str, body: Mapping[str, object] | None, query: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        sent: dict[str, Any] = {"json": body, "headers": self._headers, "params": query}
        try:
            found = _sent(method, self._root, f"{self._url}/{path}", **sent).json()
        except ValueError as error:
            raise _away(self._root, error) from None
        return dict(found)


def read_center(settings: Settings, path: str, query: Mapping[str, Any]) -> httpx.Response:
    """What the data center answers to a reader: `path` is what follows `/api/v1/`. Every failure is a `HotlineError`."""
    root = settings.topology.data_center.url
    token = settings.read_token or settings.secrets.derive("publish")
    return _sent("GET", root, f"{root}/api/v1/{path}", params=query, headers={"Authorization": f"Bearer {token}"})


def _sent(method: str, root: str, url: str, **what: Any) -> httpx.Response:
    try:
        answer = httpx.request(method, url, timeout=REQUEST_SECONDS, trust_env=False, **what)
        found = answer.json() if answer.is_error else None
    except (httpx.HTTPError, ValueError) as error:
        raise _away(root, error) from None
    if answer.is_error:
        raise HotlineError(_problem(found, answer.status_code))
    return answer


def _away(root: str, error: Exception) -> EnvironmentProblem:
    name = type(error).__name__
    return EnvironmentProblem(problem(
        "flow.data_center_away", root, f"The data center does not answer ({name}). Nothing was changed; sites go on with what they "
        "have.", f"数据中心没有响应（{name}）。未做任何更改，各中心继续使用现有版本。", "Start it (`cti up`), and try again.",
        "请启动数据中心（`cti up`）后重试。"))  # fmt: skip


def _problem(body: Any, status: int) -> Problem:
    try:
        what, mend = body["what"], body["mend"]
        return Problem(
            str(body["code"]), str(body["where"]), Text(what["en"], what["zh"]), Text(mend["en"], mend["zh"])
        )
    except (KeyError, TypeError):
        raise ConfigError(problem(
            "flow.data_center_unexpected", f"HTTP {status}", "Something that is not the data center answers.", "应答的不是数据中心。",
            "Check the topology's data_center address.", "请检查拓扑文件中的 data_center 地址。")) from None  # fmt: skip
