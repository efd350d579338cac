"""Who may read and who may write: bearer tokens, compared in constant time."""

from __future__ import annotations

import hmac
from ipaddress import ip_address
from typing import Annotated

from fastapi import Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from cti.datacenter.config import DataCenterConfig
from cti.datacenter.errors import Unauthorized
from cti.kit.errors import problem

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    description="Sites send the ingest token, who publishes flows the publish token; both may read. Other readers send the read "
    "token, if one is set.",
)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]


class Guard:
    """The two dependencies that stand before endpoints."""

    def __init__(self, config: DataCenterConfig) -> None:
        self._ingest = config.ingest_token.encode()
        self._publish = config.publish_token.encode()
        self._read = config.read_token.encode() if config.read_token else None

    async def write(self, credentials: Credentials) -> None:
        """Lets sites pass. Raises `Unauthorized`."""
        if not self._is(self._ingest, credentials):
            raise _unauthorized()

    async def publish(self, credentials: Credentials) -> None:
        """Lets those pass who may change what callers meet. Raises `Unauthorized`."""
        if not self._is(self._publish, credentials):
            raise _unauthorized()

    def may_publish(self, authorization: str) -> bool:
        """What the header says, before anything of the request was read."""
        scheme, _, token = authorization.partition(" ")
        return scheme.lower() == "bearer" and self._same(self._publish, token)

    async def read(self, request: Request, credentials: Credentials) -> None:
        """Lets readers and sites pass; everyone, where there is no read token. Raises `Unauthorized`."""
        tokens = (self._ingest, self._publish, *((self._read,) if self._read else ()))
        if any(self._is(token, credentials) for token in tokens):
            return
        if self._read is not None or not _is_local(request.url.hostname):
            raise _unauthorized()

    async def anyone(self, request: Request) -> None:
        """Lets everyone pass to what is no secret: the sign-in page needs it before anyone has signed in."""
        if self._read is None and not _is_local(request.url.hostname):
            raise _unauthorized()

    def _is(self, token: bytes, credentials: HTTPAuthorizationCredentials | None) -> bool:
        return self._same(token, credentials.credentials if credentials else "")

    def _same(self, token: bytes, sent: str) -> bool:
        return hmac.compare_digest(token, sent.encode("utf-8", "surrogateescape"))


def _is_local(host: str | None) -> bool:
    """Whether the browser believes it talks with this machine: a foreign name that resolves here is an attack (rebinding)."""
    if host in (None, "localhost"):
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def _unauthorized() -> Unauthorized:
    return Unauthorized(
        problem("request.unauthorized", "Authorization", "The bearer token is missing or wrong.", "缺少令牌或令牌错误。",
                "Send `Authorization: Bearer <token>`.", "请发送 `Authorization: Bearer <令牌>`。"),
        headers={"WWW-Authenticate": "Bearer"},
    )  # fmt: skip
