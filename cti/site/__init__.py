"""What one site's process is made of besides the packages below: its topology, its web side, its probes, its two processes."""
