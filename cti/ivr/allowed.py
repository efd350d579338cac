"""allowed.yaml: what a flow may reach outside of the hotline. What is not listed is out of reach, whatever callers type. Pure."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field

from cti.ivr.names import Model

_DEFAULT_PORTS = {"http": 80, "https": 443}
Origin = Annotated[str, Field(pattern=r"^https?://[a-z0-9][a-z0-9.-]{0,200}(:[0-9]{1,5})?$")]
Numbers = Annotated[str, Field(pattern=r"^\+?[0-9]{2,20}\*?$")]


class Allowed(Model):
    """Hosts that `http` nodes may ask besides the data center, and numbers to which `transfer` nodes may connect callers."""

    hosts: tuple[Origin, ...] = Field(
        default=(), description="`https://crm.example.com`, with the port if it is special"
    )
    transfers: tuple[Numbers, ...] = Field(default=(), description='whole numbers, or beginnings such as `"0216123*"`')

    def url(self, url: str) -> bool:
        """Whether a request may go there."""
        wanted = origin(url)
        return wanted is not None and wanted in {origin(host) for host in self.hosts}

    def number(self, number: str) -> bool:
        """Whether callers may be connected to it."""
        return any(number.startswith(one[:-1]) if one.endswith("*") else number == one for one in self.transfers)


def origin(url: str) -> str | None:
    """scheme://host:port of an address; None if it has none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or parts.username is not None:
        return None
    return f"{parts.scheme}://{parts.hostname}:{port or _DEFAULT_PORTS[parts.scheme]}"
