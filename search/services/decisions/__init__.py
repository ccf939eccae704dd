"""Early decisions applied to a running search, each under its experiment's lock (docs/methods.md B8).

They are about an experiment's own individuals. What everybody shares, evaluations and fitness records, only ever says
what was measured: a training that one experiment gives up is none that failed, and goes on for whoever else needs it.
"""
