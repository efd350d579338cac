"""Ports for servers that are started later, in this process or in another one."""

from __future__ import annotations

import socket

_kept: list[socket.socket] = []


def free_port() -> int:
    """A port of 127.0.0.1 that is given to nobody else while the tests run: a socket holds it, beside which a server may listen.

    Let go, it would soon be the port of some connection: the kernel takes those from the same range.
    """
    holder = socket.socket()
    _kept.append(holder)
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    port: int = holder.getsockname()[1]
    return port
