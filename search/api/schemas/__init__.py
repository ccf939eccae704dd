"""API schemas: request bodies (strict, no unknown fields) and responses."""
