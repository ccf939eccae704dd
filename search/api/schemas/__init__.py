"""The documents of the API: what goes in (strict, no unknown fields) and what comes out."""
