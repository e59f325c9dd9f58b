"""Grading many submissions: on this machine, on a cluster, again after an interruption.

How one submission is graded does not belong here.
"""
