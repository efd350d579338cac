"""Serves the front end's build: hashed assets for ever, the page itself never from a cache, and the page for every route of
its own."""

from __future__ import annotations

from pathlib import Path

from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

_NOT_BUILT = """<!doctype html>
<html lang="zh"><meta charset="utf-8"><title>Hotline</title>
<style>body{font:16px/1.6 system-ui,sans-serif;max-width:40em;margin:4em auto;padding:0 1em}code{background:#eee}</style>
<h1>Hotline</h1>
<p>数据中心正在运行，但控制台尚未构建。请运行 <code>make setup</code>，然后刷新本页。</p>
<p>The data center is running, but its console has not been built. Run <code>make setup</code>, then reload this page.</p>
<p><a href="/openapi.json">/openapi.json</a> · <a href="/readyz">/readyz</a></p>
"""


class ConsoleFiles:
    """The ASGI application behind every path that is no API. `folder` may be built while it serves."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = StaticFiles(directory=folder, check_dir=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        response = await self._response(scope)
        await response(scope, receive, send)

    async def _response(self, scope: Scope) -> Response:
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        path: str = scope["path"].lstrip("/")
        if path == "api" or path.startswith("api/") or "\x00" in path or len(path) > 1000:
            raise HTTPException(404)
        if not (self._folder / "index.html").is_file():
            return HTMLResponse(_NOT_BUILT, status_code=503)
        try:
            response = await self._files.get_response(path or "index.html", scope)
        except HTTPException as error:
            # A path without a file's ending is a page of the front end; a missing file is just missing.
            if error.status_code != 404 or "." in path.rpartition("/")[2]:
                raise
            path = "index.html"
            response = await self._files.get_response(path, scope)
        hashed = path.startswith("assets/")
        response.headers["cache-control"] = "public, max-age=31536000, immutable" if hashed else "no-cache"
        return response
