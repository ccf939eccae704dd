"""API routes by noun. Each reads with a selector or writes with a service and shapes the answer."""
