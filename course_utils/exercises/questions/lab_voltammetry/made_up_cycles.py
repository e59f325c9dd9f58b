"""Made-up voltammograms that several exercises try."""

import numpy as np


def made_up_cycle(rng, up, down, noise=0.0):
    """A made-up voltammogram with so many points on the way up and on the way down."""
    potential = np.concatenate([np.linspace(-0.5, 0.5, up), np.linspace(0.5, -0.5, down + 1)[1:]])
    center = rng.uniform(-0.15, 0.15)
    height, width = rng.uniform(0.6, 1.4, 2), rng.uniform(0.08, 0.14, 2)
    peaks = [
        h * np.exp(-0.5 * ((potential - center - side) / w) ** 2)
        for h, w, side in zip(height, width, (0.06, -0.06), strict=True)
    ]
    current = np.where(np.arange(up + down) < up, peaks[0], -peaks[1])
    return potential, current + noise * rng.standard_normal(up + down)
