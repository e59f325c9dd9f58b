"""What other systems need to use this grader: Gradescope and nbgrader.

Grades in their formats belong in `exports/`.
"""
