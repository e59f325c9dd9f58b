"""Exercises of chapter 3: activation and pooling."""

EXERCISES = ()
