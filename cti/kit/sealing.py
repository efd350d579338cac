"""Text that only this installation can read: for what must be kept where others may look."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken


class Seal:
    """Seals with AES-128 and HMAC-SHA256 (Fernet), under a key made from a secret."""

    def __init__(self, secret: str) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest()))

    def close(self, text: str) -> str:
        """Letters, digits, `-`, `_` and `=`; a third longer than the text."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """None for what was not sealed with this secret."""
        try:
            return self._fernet.decrypt(sealed.encode("utf-8", "replace")).decode()
        except (InvalidToken, UnicodeDecodeError):
            return None
