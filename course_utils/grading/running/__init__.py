"""Grade many submissions: on this machine, on a cluster, resumed after an interruption.

How one submission is graded belongs elsewhere.
"""
