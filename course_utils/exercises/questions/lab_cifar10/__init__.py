"""Exercises of chapter 21: what a lab with color photographs needs around its networks."""

CHAPTER = 21
ORDER = (
    "held_out_by_class",
    "standardize_channels",
    "network_costs",
    "gain_and_error",
    "top_k_accuracy",
    "square_thumbnail",
    "with_global_average",
    "network_of_pairs",
    "small_but_good",
)
