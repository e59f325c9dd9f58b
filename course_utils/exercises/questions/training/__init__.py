"""Exercises of chapter 5: batches, the training loop, the first loss."""

CHAPTER = 5
ORDER = (
    "one_batch",
    "steps_of_training",
    "train_softmax",
    "loss_of_a_guess",
)
