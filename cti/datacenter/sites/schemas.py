"""What a console must know of the sites."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class SiteView(BaseModel):
    """One site."""

    name: str = Field(description="the site's name in the topology", examples=["sh"])
    title: str = Field(description="for screens", examples=["上海 Shanghai"])
    agents_url: str = Field(description="where an agent's desktop connects", examples=["ws://127.0.1.1:8080/agents"])
    ready: bool = Field(description="whether its process says that a call would be answered")


class SiteList(BaseModel):
    """All sites and the number that reaches any of them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "hotline": "95500",
                    "sites": [
                        {
                            "name": "sh",
                            "title": "上海 Shanghai",
                            "agents_url": "ws://127.0.1.1:8080/agents",
                            "ready": True,
                        }
                    ],
                }
            ]
        }
    )

    hotline: str = Field(description="the number callers dial")
    sites: list[SiteView] = Field(description="in the order of the topology")


class WebPhone(BaseModel):
    """What a browser registers with to try the hotline."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "uri": "sip:webphone@127.0.1.1",
                    "ws_url": "ws://127.0.1.1:8088/ws",
                    "username": "webphone",
                    "password": "…",
                    "number": "95500",
                }
            ]
        }
    )

    uri: str = Field(description="the SIP address to register")
    ws_url: str = Field(description="the Asterisk node's WebSocket")
    username: str = Field(description="SIP user name")
    password: str = Field(description="SIP password of this installation")
    number: str = Field(description="the number to dial")
