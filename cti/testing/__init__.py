"""Fakes, the virtual clock and the simulator. They pass the same contract tests as the real adapters."""
