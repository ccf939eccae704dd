"""What trains, measured against the straightforward network. Run as processes of their own by `search.benchmarks`.

`python -m search.training.benchmark.steps` is one network that takes steps on command; `roofline` and `profile` measure
the machine and where the time goes. Each prints JSON.
"""
