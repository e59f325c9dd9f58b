"""The walls around students' code, how they are tested, and the conversation through them.

What runs within the walls is in `inside/`; no expected value is known on either side.
"""
