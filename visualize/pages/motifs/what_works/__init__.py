"""What works: which features of networks go with fitness, and what to try next."""
