"""Who may do what, in one place: every request for a page, a part of one, the REST API or a file passes the gate.

`rules` is the table of all addresses, `callers` finds out who asks, `gate` refuses. What a role may do to whose
experiment is decided in search.actor alone.
"""
