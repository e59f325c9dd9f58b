"""Colors and sizes that all figures share.

The hues are those of Okabe and Ito (2008), which people with any common color blindness can tell
apart. Figures have an opaque light background, so that they read the same on a dark page.
"""

INK = "#1f2430"
PAPER = "#fbfaf7"
GREY = "#8a8f98"
LIGHT = "#e4e4e0"
BLUE = "#0072b2"
SKY = "#56b4e9"
ORANGE = "#e69f00"
VERMILLION = "#d55e00"
GREEN = "#009e73"
PURPLE = "#cc79a7"
CYCLE = (BLUE, VERMILLION, GREEN, ORANGE, PURPLE, SKY)

# Signed values (kernels, gradients): purple below zero, white at zero, orange above.
DIVERGING = "PuOr_r"
# Values from zero up (images, feature maps).
SEQUENTIAL = "cividis"
