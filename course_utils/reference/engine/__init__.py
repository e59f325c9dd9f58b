"""How the reference operations are computed fast: strips in a cache, and threads that share them.

Only speed belongs here. What an operation is, and the check of its arguments, is one folder up.
"""
