"""The walls around students' code, how they are tested, and the conversation through them.

What runs beside a student's code is in `inside/`. Expected values and scores do not belong here.
"""
