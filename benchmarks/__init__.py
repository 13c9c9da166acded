"""What the bench costs: each module measures one thing in one run, and its table stands in RESULTS.md.

`python -m benchmarks NAME...` runs the modules that `__main__.MODULES` names; `make bench` runs all of them.
"""
