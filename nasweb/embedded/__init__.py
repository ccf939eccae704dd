"""`make run`: broker, web server and workers on one machine under one supervisor.

One process, `manage.py serve`, starts the others as its children, starts one again that dies, and stops them all.
`serving.serve` is the front door. Nothing here imports torch or holds a thread: the children are forked from it.
"""
