"""What travels between processes: messages, values as JSON, and the pipes that carry them.

What a message means does not belong here: only its sender and its reader know.
"""
