"""Report: one experiment as one HTML file that opens without a server."""
