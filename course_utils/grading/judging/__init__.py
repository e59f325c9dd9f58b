"""From what came out of the sandbox to a score.

Nothing here runs an answer: that is what the sandbox is for.
"""
