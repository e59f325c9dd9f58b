"""What a run leaves on disk: its records, checked field by field when they are read.

Pages and exports, which are made from records, do not belong here.
"""
