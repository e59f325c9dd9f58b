"""From what students handed in to the code cells of each one; nothing of it is run here.

Running and judging those cells do not belong here.
"""
