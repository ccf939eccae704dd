"""Inherited weights: a child begins with its parent's, carried through the edit that made it."""
