"""All that runs beside a student's code, and nothing else.

No file here may know an expected value: a student's code can read whatever is in its process.
"""
