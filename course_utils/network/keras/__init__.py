"""Networks to and from Keras, which is imported only when one of these functions is called.

Everything in `network` that knows about Keras's own objects is here. Networks built with Keras
belong in `course_utils.models`.
"""

from course_utils.network.keras.interchange import from_keras, to_keras

__all__ = ["from_keras", "to_keras"]
