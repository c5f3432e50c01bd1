"""What makes a line usable over slow bearers: order, pacing, overtaking."""
