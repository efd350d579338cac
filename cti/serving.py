"""Runs a web application inside a process that has other things to do."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from cti.kit.errors import EnvironmentProblem, problem

STOP_SECONDS = 2  # open WebSockets are cut after that


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: the process has one place for those."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(
    app: FastAPI,
    host: str,
    port: int,
    *,
    in_a_hurry: Callable[[], bool] = lambda: False,
    before_stop: Callable[[], None] = lambda: None,
) -> None:
    """Serves until cancelled; then calls `before_stop`, stops listening and ends what is open, without a word if it is
    `in_a_hurry`. Raises `EnvironmentProblem` if the port is busy."""
    listener = _listen(host, port)
    config = uvicorn.Config(
        app, host=host, port=port, log_config=None, access_log=False, timeout_graceful_shutdown=STOP_SECONDS,
        ws_ping_interval=5.0, ws_ping_timeout=10.0, ws_max_size=1_000_000, server_header=False, lifespan="on",
    )  # fmt: skip
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        before_stop()
        server.should_exit, server.force_exit = True, in_a_hurry()
        await task
        raise


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio turns Nagle's delay off only then.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise EnvironmentProblem(problem(
            "serving.port", f"{host}:{port}", f"Cannot serve here: {error.strerror}.", f"无法在此提供服务：{error.strerror}。",
            "End what uses the port (ss -lntp names it), or set another in the topology.",
            "请停止占用该端口的程序（ss -lntp 可查），或在拓扑文件中更改端口。",
        )) from None  # fmt: skip
    return listener


async def until_signal(work: asyncio.Task[None]) -> None:
    """Lets a task run until it ends or the process is asked to stop (SIGINT, SIGTERM); then cancels and awaits it. Who asks again, as
    `cti up` and systemd together do, does not interrupt the orderly end."""
    loop = asyncio.get_running_loop()

    def at_signal(act: Callable[[], object]) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, act)

    def stop() -> None:
        at_signal(lambda: None)
        work.cancel()

    at_signal(stop)
    with contextlib.suppress(asyncio.CancelledError):
        await work
