"""Exercises of chapter 5: where the weights begin, and the rules that move them."""

CHAPTER = 5
ORDER = (
    "he_scaled",
    "momentum_step",
    "adam_step",
    "warm_up_and_cosine",
)
