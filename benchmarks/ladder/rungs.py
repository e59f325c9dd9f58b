"""The ladder's trainings: plain, full, each technique put in alone or left out; the top rung."""

from dataclasses import replace

from benchmarks.ladder.recipe import Recipe

# What each technique changes in a recipe.
TECHNIQUES = {
    "normalization": {"normalization": True},
    "residual connections": {"residual": True},
    "schedule with warm-up": {"schedule": True},
    "flips and shifts": {"flips_and_shifts": True},
    "weight decay on kernels": {"weight_decay": True},
    "label smoothing": {"label_smoothing": 0.1},
    "orthogonalized steps": {"muon": True},
}
# These change how far a step goes, so that the rate must be looked for again.
CHANGING_STEPS = (
    "normalization",
    "residual connections",
    "schedule with warm-up",
    "weight decay on kernels",
    "orthogonalized steps",
)
# These leave the training as it is: the trained network answers in another way.
ANSWERING = {
    "averaged weights": "averaged",
    "mirrored test images": "last_mirrored",
}
EPOCHS = 12
LONG_EPOCHS = 60
TOP_EPOCHS = 100
# How the top rung answers on the test images; chosen, as all else, on the validation images.
TOP_WAY = "averaged_mirrored"


def trainings():
    """The recipes of all arms by name, with the rate to begin the search at."""
    plain = Recipe(epochs=EPOCHS)
    full = everything(EPOCHS)
    arms = {"plain": plain, "full": full}
    for technique, change in TECHNIQUES.items():
        arms[f"plain + {technique}"] = replace(plain, **change)
        off = {field: getattr(plain, field) for field in change}
        arms[f"full - {technique}"] = replace(full, **off)
    arms["plain + longer training"] = replace(plain, epochs=2 * EPOCHS)
    return {name: replace(recipe, rate=first_rate(recipe)) for name, recipe in arms.items()}


def everything(epochs):
    """The recipe with all techniques."""
    on = {field: value for change in TECHNIQUES.values() for field, value in change.items()}
    return Recipe(epochs=epochs, rate=0.06, **on)


def first_rate(recipe):
    """Where the search for a rate begins."""
    if recipe.muon:
        return 0.06
    return 0.16 if recipe.normalization else 0.02


def rate_from(name):
    """The arm whose rate an arm takes: its own if it changes how far a step goes."""
    base, _, technique = name.partition(" + ") if " + " in name else name.partition(" - ")
    return name if technique in ("", *CHANGING_STEPS) else base
