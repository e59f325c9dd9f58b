"""What `fit` returns."""


class History:
    """How a training went.

    Attributes
    ----------
    history : dict of str to list
        "loss" and, if asked for, "accuracy", "val_loss", "val_accuracy": one number per epoch.
    epoch : list of int
        The numbers of the finished epochs, from 0.
    interrupted : bool
        Whether Ctrl-C ended the training.
    """

    def __init__(self):
        self.history = {}
        self.epoch = []
        self.interrupted = False

    def append(self, epoch: int, logs: dict[str, float]) -> None:
        self.epoch.append(epoch)
        for name, value in logs.items():
            self.history.setdefault(name, []).append(value)
