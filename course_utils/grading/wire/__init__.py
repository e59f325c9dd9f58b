"""Messages between processes, and the processes at the other end of a pipe.

What a message means to whoever reads it does not belong here.
"""
