"""Everything that runs beside a student's code, and nothing else.

No file here may know an expected value: a student's code can read everything in its process.
"""
