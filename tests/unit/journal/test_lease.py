"""How a process is known again by its number."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cti.journal.lease import Holder, _namespace, _started

NAMED = "import sys; open('/proc/self/comm', 'wb').write(bytes.fromhex(sys.argv[1])); print(flush=True); input()"


@pytest.mark.parametrize(
    "name", ["坐席监控服务".encode()[:14], b"a) R 1 (b"], ids=["cut in a character", "like another"]
)
def test_a_process_that_took_over_the_number_of_another_may_have_any_name(name: bytes) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", NAMED, name.hex()], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        began = _started(process.pid)
        assert began is not None
        assert Holder(process.pid, began, _namespace(), 0).is_alive()
        assert not Holder(process.pid, began - 1, _namespace(), 0).is_alive()
        process.kill()
