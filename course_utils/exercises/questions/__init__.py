"""The questions: a folder for each topic, in it a file for each exercise, named after its id.

What works on any exercise (running, comparing, reporting) belongs one folder up.
"""

# In the order of the catalog. Each topic's __init__ names its chapter and orders its exercises.
TOPICS = (
    "why_cnns",
    "convolution",
    "convolution_layers",
    "activation_and_pooling",
    "classification",
    "gradients",
    "convolution_gradients",
    "network_gradients",
    "training",
    "optimization",
    "evaluation",
    "normalization",
    "regularization",
    "lab_fashion_mnist",
    "lab_voltammetry",
    "lab_cifar10",
)
