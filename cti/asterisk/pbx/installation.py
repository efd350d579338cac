"""What the launcher must be told, as plain values: only `cti.settings` knows where they come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cti.topology import Topology


@dataclass(frozen=True, slots=True)
class Installation:
    """One installation's topology, folders and passwords. Every path is absolute.

    `state` is made visible inside the Asterisk root under the same path: all that a node reads or writes must lie in it.
    """

    topology: Topology
    topology_file: Path
    state: Path
    cache: Path
    templates: Path
    dialplan: Path
    node_folder: Callable[[str], Path]
    site_folder: Callable[[str], Path]
    agent_password: str
    derive: Callable[[str], str]

    def emergency_spool(self, site: str) -> Path:
        """Where the emergency menu leaves callback requests while no process of the site answers."""
        return self.site_folder(site) / "emergency"

    @property
    def emergency_prompts(self) -> Path:
        return self.state / "prompts" / "emergency"
