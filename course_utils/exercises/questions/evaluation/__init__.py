"""Exercises of chapter 5: what a trained network gets wrong."""

CHAPTER = 5
ORDER = (
    "confusion_counts",
    "surest_mistakes",
)
