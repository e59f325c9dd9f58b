"""From what students handed in to the code cells of each; none of it is run here.

Running and judging those cells belong elsewhere.
"""
