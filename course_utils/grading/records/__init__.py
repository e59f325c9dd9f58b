"""What a run leaves on disk: its records, checked field by field when they are read.

Pages and exports are made from records and do not belong here.
"""
