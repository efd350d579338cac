"""The link between sites: who is logged in where, visits, grants. One WebSocket per pair of sites, JSON."""

from cti.peers.hub import PeerHub

__all__ = ["PeerHub"]
