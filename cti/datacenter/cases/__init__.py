"""Cases: matters that one agent owns until they are closed (首问负责制), projected from facts."""
