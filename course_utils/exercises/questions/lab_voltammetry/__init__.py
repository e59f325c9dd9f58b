"""Exercises of the lab on cyclic voltammograms: reading a curve, and preparing it for a network."""

CHAPTER = 22
ORDER = (
    "peak_separation",
    "nearest_template",
    "curve_to_pixels",
    "sweeps_on_a_grid",
    "curve_network",
    "subtract_baseline",
)
