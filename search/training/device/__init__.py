"""Memory of the device that trains."""
