"""Asking the sites whether they are ready."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import httpx

from cti.datacenter.config import WebPhoneAccount
from cti.datacenter.errors import NotFound
from cti.datacenter.sites.schemas import SiteList, SiteView, WebPhone
from cti.kit.errors import problem
from cti.topology import Site, Topology


class Sites:
    def __init__(
        self, topology: Callable[[], Topology], webphone: Callable[[Site], WebPhoneAccount], http: httpx.AsyncClient,
        timeout: float,
    ) -> None:  # fmt: skip
        """`topology` gives the one that counts now."""
        self._topology = topology
        self._webphone = webphone
        self._http = http
        self._timeout = timeout

    async def list(self) -> SiteList:
        """Takes as long as the slowest site's answer, at most the time-out. Never raises."""
        topology, missing = self._topology(), await self.missing()
        sites = [
            SiteView(name=site.name, title=site.title, agents_url=site.agents_url, ready=site.name not in missing)
            for site in topology.sites
        ]
        return SiteList(hotline=topology.hotline, sites=sites)

    async def missing(self) -> Mapping[str, str]:
        """The sites that are not ready, by name, each with the reason in a word."""
        sites = self._topology().sites
        reasons = await asyncio.gather(*(self._reason(site) for site in sites))
        return {site.name: reason for site, reason in zip(sites, reasons, strict=True) if reason}

    def webphone(self, name: str) -> WebPhone:
        """Raises `NotFound` for a site that is not in the topology."""
        topology = self._topology()
        site = next((site for site in topology.sites if site.name == name), None)
        if site is None:
            names = ", ".join(site.name for site in topology.sites)
            raise NotFound(problem("site.unknown", "query.site", "There is no such site.", "没有该中心。",
                                   f"Choose one of: {names}.", f"请从以下选择：{names}。"))  # fmt: skip
        account = self._webphone(site)
        return WebPhone(
            uri=account.uri,
            ws_url=account.ws_url,
            username=account.username,
            password=account.password,
            number=topology.hotline,
        )

    async def _reason(self, site: Site) -> str | None:
        try:
            async with asyncio.timeout(self._timeout):
                response = await self._http.get(f"http://{site.host}:{site.port}/readyz")
        except TimeoutError:
            return "timeout"
        except httpx.HTTPError as error:
            return "unreachable" if isinstance(error, httpx.ConnectError) else "no_answer"
        return None if response.status_code == 200 else f"status_{response.status_code}"
