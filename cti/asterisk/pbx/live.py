"""Gives a running node what its configuration says now, as far as it can take it without an interruption: phones, trunks, dialplan.

Everything else (addresses, ports) a node takes when it starts.
"""

from __future__ import annotations

from typing import Final

from cti.asterisk.pbx.installation import Installation
from cti.asterisk.pbx.prompts import render_prompts
from cti.asterisk.pbx.render import SUFFIX, render, replace
from cti.asterisk.pbx.runtime import Runtime

PJSIP: Final = "pjsip.conf"
# In this order: the dialplan says which configuration it is of, so who has it has the phones too.
RELOADED: Final = ("res_pjsip.so", "pbx_config.so")


def is_here(installation: Installation, node: str) -> bool:
    """Whether a node's files are on this machine."""
    return (installation.node_folder(node) / "etc" / PJSIP).is_file()


def write_live(installation: Installation, node: str, runtime: Runtime) -> None:
    """Writes the files that a running node can take; then `RELOADED` must be. Raises `ConfigError` and OSError."""
    files = render(installation, node, runtime.modules, render_prompts(installation.emergency_prompts))
    taken = {PJSIP, *(path.name.removesuffix(".j2") for path in installation.dialplan.glob(f"*{SUFFIX}"))}
    replace(installation, node, {name: text for name, text in files.items() if name in taken})
