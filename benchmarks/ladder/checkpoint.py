"""One file that holds all of a training's state, never half written."""

import json
import os

import numpy as np


def save(path, arrays, facts):
    """Write arrays by name and facts that JSON can hold; the old file stays until the new is whole.

    Parameters
    ----------
    path : pathlib.Path
        Its folder is made if it is missing.
    arrays : dict of lists of arrays
    facts : dict
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    entries = {
        f"{name}/{place}": array
        for name, group in arrays.items()
        for place, array in enumerate(group)
    }
    unfinished = path.with_suffix(".tmp")
    with unfinished.open("wb") as file:
        np.savez_compressed(file, facts=np.array(json.dumps(facts)), **entries)
        file.flush()
        os.fsync(file.fileno())
    os.replace(unfinished, path)


def load(path):
    """Return the arrays and the facts, or None if nothing was saved."""
    if not path.exists():
        return None
    arrays = {}
    with np.load(path, allow_pickle=False) as stored:
        facts = json.loads(str(stored["facts"]))
        for entry in stored.files:
            if entry != "facts":
                arrays.setdefault(entry.partition("/")[0], []).append(stored[entry])
    return arrays, facts
