"""Live calls: the session of each, the dispatcher that drives the router, the ports to the world."""
