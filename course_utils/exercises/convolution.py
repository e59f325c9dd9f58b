"""Exercises of chapter 2: convolution."""

EXERCISES = ()
