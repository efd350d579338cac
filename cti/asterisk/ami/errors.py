"""What can go wrong with an action. All three are ordinary life: callers handle `AmiError`."""

from __future__ import annotations

from cti.kit.errors import HotlineError, problem

_NO_CHANNEL = ("no such channel", "channel does not exist", "channel not existent", "channel not found")


class AmiError(HotlineError):
    """An action had no good end. `node` names the Asterisk."""

    def __init__(self, code: str, node: str, en: str, zh: str, mend_en: str, mend_zh: str) -> None:
        self.node = node
        super().__init__(problem(code, node, en, zh, mend_en, mend_zh))


class AmiDown(AmiError):
    """The link is not up: the action was not sent, or its answer was lost with the connection. Never sent later."""

    def __init__(self, node: str, reason: str = "not connected") -> None:
        self.reason = reason
        super().__init__("ami.down", node, f"The AMI link is down: {reason}.", f"AMI 连接已断开：{reason}。",
                         "Look whether Asterisk runs (`cti pbx status`); the link comes back by itself.",
                         "请检查 Asterisk 是否运行（`cti pbx status`）；连接会自动恢复。")  # fmt: skip


class AmiTimeout(AmiError):
    """Asterisk did not answer in time. Whether it carried the action out is unknown."""

    def __init__(self, node: str, action: str, seconds: float) -> None:
        super().__init__("ami.timeout", node, f"{action} was not answered within {seconds:g} s.",
                         f"{action} 在 {seconds:g} 秒内没有得到应答。",
                         "Look at the node's load and its log (`cti pbx cli NODE \"core show locks\"`).",
                         '请检查该节点的负载和日志（`cti pbx cli NODE "core show locks"`）。')  # fmt: skip


class AmiRefused(AmiError):
    """Asterisk said no, or the action was too long to be sent. `message` is its reason."""

    def __init__(self, node: str, action: str, message: str) -> None:
        self.message = "".join(c for c in message if c.isprintable())[:200] or "no reason given"
        super().__init__("ami.refused", node, f"{action} was refused: {self.message}.",
                         f"{action} 被拒绝：{self.message}。",
                         "If it is about permission, compare manager.conf with `cti pbx render`.",
                         "如与权限有关，请将 manager.conf 与 `cti pbx render` 的输出比较。")  # fmt: skip

    @property
    def channel_gone(self) -> bool:
        """Whether the reason is that the channel no longer exists, which a hang-up at any moment makes normal."""
        return self.message.lower().startswith(_NO_CHANNEL)
