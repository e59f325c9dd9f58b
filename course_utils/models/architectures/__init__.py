"""Networks of the literature, one file an architecture, each with its blocks as functions.

What belongs here: a builder and the blocks of its paper's figures. What does not: the labs' own
networks, how a network is trained, and weights.
"""
