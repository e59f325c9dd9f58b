"""The command ``course-grade``.

What a command does to grades belongs in the other folders.
"""
