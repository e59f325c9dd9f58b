"""Give a rebuilt model the weights of the original, to compare what the two compute."""

import keras

from course_utils.exercises.model_answers import rebuild
from course_utils.exercises.model_answers.data import model_data


def rebuilt_with_weights(model):
    """The model, built again from its configuration, with its own weights."""
    again = rebuild(model_data(model))
    layers = dict(_layers(model))
    for layer in again.layers:
        if layer.weights:
            layer.set_weights(layers[layer.name].get_weights())
    return again


def _layers(model, within=""):
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _layers(layer, f"{within}{layer.name}.")
        else:
            yield f"{within}{layer.name}", layer
