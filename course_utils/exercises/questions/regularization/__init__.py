"""Exercises of chapter 6: early stopping, dropout, weight decay and augmentation."""

CHAPTER = 6
ORDER = (
    "stopping_epoch",
    "drop_units",
    "adamw_step",
    "flip_and_shift",
)
