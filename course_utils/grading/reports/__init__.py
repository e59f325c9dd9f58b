"""The pages for students and for the class.

Formats of other systems belong in `exports/`.
"""
