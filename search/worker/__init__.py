"""Training workers: attempts, admission to a device, heartbeat, stopping."""
