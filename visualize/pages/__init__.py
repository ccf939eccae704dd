"""One folder a page: its views, its forms, and what only it shows."""
