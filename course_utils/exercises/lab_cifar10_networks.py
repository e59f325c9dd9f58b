"""Exercises of chapter 21 whose answers are Keras models."""

import numpy as np

from course_utils.exercises.model_answers import ModelExercise, ModelMisconception, keras
from course_utils.exercises.model_answers import requirements as need


def with_global_average(classes):
    return keras.Sequential(
        [
            keras.Input(shape=(32, 32, 3)),
            keras.layers.Conv2D(32, 3, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(64, 3, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(128, 3, padding="same", activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dropout(0.3),
            keras.layers.Dense(classes, activation="softmax"),
        ]
    )


def _class_counts(rng):
    yield {"classes": 10}
    for classes in rng.choice(np.arange(2, 200), size=2, replace=False):
        yield {"classes": int(classes)}


def _with_head(*head, padding="same"):
    """`with_global_average` with other layers between the last convolution and Dense(128)."""

    def wrong(classes):
        layers = keras.layers
        return keras.Sequential(
            [
                keras.Input(shape=(32, 32, 3)),
                layers.Conv2D(32, 3, padding=padding, activation="relu"),
                layers.MaxPooling2D(2),
                layers.Conv2D(64, 3, padding=padding, activation="relu"),
                layers.MaxPooling2D(2),
                layers.Conv2D(128, 3, padding=padding, activation="relu"),
                *(getattr(layers, name)(*arguments) for name, *arguments in head),
                layers.Dropout(0.3),
                layers.Dense(classes, activation="softmax"),
            ]
        )

    return wrong


WITH_GLOBAL_AVERAGE = ModelExercise(
    chapter=21,
    title="Another head",
    prompt="""Document 1's network with global average pooling in the place of Flatten.

    Images are 32 x 32 x 3. All convolutions are 3 x 3 with same padding and ReLU, the poolings
    2 x 2: Conv 32, MaxPool, Conv 64, MaxPool, Conv 128, then global average pooling, a dense
    layer of 128 units with ReLU, dropout 0.3, and a dense layer with softmax.
    classes : int, the number of classes
    Returns a Keras model, compiled or not.
    """,
    reference=with_global_average,
    inputs=_class_counts,
    requirements=(
        need.input_shape(),
        need.output_shape(),
        need.without("Flatten"),
        need.same_layers(),
    ),
    misconceptions=(
        ModelMisconception(
            id="flatten-kept",
            name="Flatten is still there, and with it a million weights.",
            hint="Which layer turns 8 x 8 x 128 into 128 numbers?",
            wrong=_with_head(("Flatten",), ("Dense", 128, "relu")),
        ),
        ModelMisconception(
            id="flatten-behind-a-pooling",
            name="A 2 x 2 average pooling stands before Flatten: 16 means of each map, not one.",
            hint="Global means over the whole map, whatever its size is.",
            wrong=_with_head(("AveragePooling2D", 2), ("Flatten",), ("Dense", 128, "relu")),
        ),
        ModelMisconception(
            id="global-maximum",
            name="Each map's maximum is taken, not its mean.",
            hint="Keras has a layer for each of the two.",
            wrong=_with_head(("GlobalMaxPooling2D",), ("Dense", 128, "relu")),
        ),
        ModelMisconception(
            id="one-pooling-too-many",
            name="A max pooling stands between the last convolution and the global mean.",
            hint="The means are over 8 x 8 values. Which layer makes 4 x 4 of them?",
            wrong=_with_head(
                ("MaxPooling2D", 2), ("GlobalAveragePooling2D",), ("Dense", 128, "relu")
            ),
        ),
        ModelMisconception(
            id="dense-layer-gone",
            name="The dense layer of 128 units has gone with Flatten.",
            hint="Only one layer is to be replaced. What comes after it in document 1?",
            wrong=_with_head(("GlobalAveragePooling2D",)),
        ),
        ModelMisconception(
            id="no-padding",
            name="The convolutions have no padding.",
            hint="Keras's default is valid padding. Which does document 1 use?",
            wrong=_with_head(("GlobalAveragePooling2D",), ("Dense", 128, "relu"), padding="valid"),
        ),
    ),
    hints=(
        "Write down document 1's layers first, then change one line.",
        "keras.layers.GlobalAveragePooling2D() takes (8, 8, 128) and gives 128 numbers.",
    ),
)


def network_of_pairs(filters, classes):
    model = keras.Sequential([keras.Input(shape=(32, 32, 3))])
    for maps in filters:
        for _ in range(2):
            model.add(keras.layers.Conv2D(maps, 3, padding="same", use_bias=False))
            model.add(keras.layers.BatchNormalization())
            model.add(keras.layers.ReLU())
        model.add(keras.layers.MaxPooling2D(2))
    model.add(keras.layers.GlobalAveragePooling2D())
    model.add(keras.layers.Dense(classes, activation="softmax"))
    return model


def _filter_counts(rng):
    yield {"filters": (4, 6), "classes": 3}
    yield {"filters": (32, 64, 128), "classes": 10}
    filters = rng.choice(np.arange(3, 40), size=3, replace=False)
    yield {"filters": tuple(int(maps) for maps in filters), "classes": int(rng.integers(11, 99))}


def _pairs(
    order=("Conv2D", "BatchNormalization", "ReLU"),
    *,
    count=2,
    pool_each=False,
    head="GlobalAveragePooling2D",
    **convolution,
):
    """`network_of_pairs` with blocks of other layers, or another head."""

    def wrong(filters, classes):
        settings = {"kernel_size": 3, "padding": "same", "use_bias": False} | convolution
        model = keras.Sequential([keras.Input(shape=(32, 32, 3))])
        for maps in filters:
            for position in range(count):
                for name in order:
                    options = settings | {"filters": maps} if name == "Conv2D" else {}
                    model.add(getattr(keras.layers, name)(**options))
                if pool_each or position == count - 1:
                    model.add(keras.layers.MaxPooling2D(2))
        model.add(getattr(keras.layers, head)())
        model.add(keras.layers.Dense(classes, activation="softmax"))
        return model

    return wrong


NETWORK_OF_PAIRS = ModelExercise(
    chapter=21,
    title="Batch normalization in its place",
    prompt="""A network of pairs of 3 x 3 convolutions with batch normalization.

    filters : tuple of int; for each number comes a block: two 3 x 3 convolutions with so many
    filters, same padding, stride 1 and no bias, each followed by batch normalization and ReLU;
    then a 2 x 2 max pooling. Settings of the normalization are Keras's own.
    Behind the blocks: global average pooling and a dense layer with softmax.
    classes : int, the number of classes; images are 32 x 32 x 3
    Returns a Keras model, compiled or not.
    """,
    reference=network_of_pairs,
    inputs=_filter_counts,
    requirements=(need.input_shape(), need.output_shape(), need.same_layers()),
    misconceptions=(
        ModelMisconception(
            id="bias-kept",
            name="The convolutions have a bias, which the normalization takes away again.",
            hint="What happens to a number that is added to a whole channel, when the channel's "
            "mean is subtracted?",
            wrong=_pairs(use_bias=True),
        ),
        ModelMisconception(
            id="relu-first",
            name="ReLU comes before the normalization.",
            hint="activation='relu' in a convolution is applied at once. What must come between?",
            wrong=_pairs(("Conv2D", "ReLU", "BatchNormalization")),
        ),
        ModelMisconception(
            id="relu-twice",
            name="ReLU is applied twice, in the convolution and behind the normalization.",
            hint="Take activation='relu' out of the convolution.",
            wrong=_pairs(activation="relu"),
        ),
        ModelMisconception(
            id="no-relu",
            name="There is no ReLU at all.",
            hint="Normalization is linear at inference. What makes two convolutions more than one?",
            wrong=_pairs(("Conv2D", "BatchNormalization")),
        ),
        ModelMisconception(
            id="one-convolution",
            name="Each block has one convolution, not two.",
            hint="How much do two 3 x 3 convolutions see, and how much does one?",
            wrong=_pairs(count=1),
        ),
        ModelMisconception(
            id="pooled-twice",
            name="A pooling follows each convolution, not each pair.",
            hint="After three blocks 4 x 4 values of each map should be left.",
            wrong=_pairs(pool_each=True),
        ),
        ModelMisconception(
            id="flatten",
            name="The maps are flattened, not averaged.",
            hint="How many weights has the last layer of yours, and how many could it have?",
            wrong=_pairs(head="Flatten"),
        ),
        ModelMisconception(
            id="no-padding",
            name="The convolutions have no padding.",
            hint="Keras's default is valid padding; same padding is asked.",
            wrong=_pairs(padding="valid"),
        ),
    ),
    hints=(
        "Two loops, one in the other: over the filters, and over the two convolutions.",
        "Conv2D(maps, 3, padding='same', use_bias=False), without an activation.",
        "Three layers for each convolution: Conv2D, BatchNormalization, ReLU.",
    ),
    points=2.0,
)


def _small_cifar10(rng):
    """Training images of the course, scaled: 1,600 to learn from, 400 to judge by.

    No test images: who tries again and again would choose by them.
    """
    from course_utils.datasets import cifar10

    x, y = cifar10("train", "small")
    x = x / np.float32(255)
    return (x[:1600], y[:1600]), (x[1600:], y[1600:])


def small_but_good():
    model = keras.Sequential([keras.Input(shape=(32, 32, 3))])
    for filters in (24, 48, 64):
        model.add(keras.layers.Conv2D(filters, 3, padding="same", use_bias=False))
        model.add(keras.layers.BatchNormalization(momentum=0.9))
        model.add(keras.layers.ReLU())
        model.add(keras.layers.MaxPooling2D(2))
    model.add(keras.layers.GlobalAveragePooling2D())
    model.add(keras.layers.Dense(10, activation="softmax"))
    falling = keras.optimizers.schedules.CosineDecay(0.005, decay_steps=200)
    optimizer = keras.optimizers.Adam(falling)
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy")
    return model


def _dense_only():
    model = keras.Sequential(
        [
            keras.Input(shape=(32, 32, 3)),
            keras.layers.Flatten(),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    return model


def _document_2():
    model = keras.Sequential(
        [
            keras.Input(shape=(32, 32, 3)),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    return model


def _slow_moving_averages():
    model = small_but_good()
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.999
    return model


def _logits_and_softmax():
    model = small_but_good()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer="adam", loss=loss)
    return model


def _one_hot_loss():
    model = small_but_good()
    model.compile(optimizer="adam", loss="categorical_crossentropy")
    return model


def _never_compiled():
    model = small_but_good()
    return keras.Model(model.inputs, model.outputs)


SMALL_BUT_GOOD = ModelExercise(
    chapter=21,
    title="Small but good",
    prompt="""A compiled network of at most 100,000 parameters that learns CIFAR-10 quickly.

    It is trained from new weights, in your compile settings, for 8 epochs in batches of 64 on the
    first 1,600 training images of the small CIFAR-10, (32, 32, 3), divided by 255; labels are
    integers. Then it must get 0.36 of its 400 other training images right. A guess gets 0.10.
    Returns a compiled Keras model with 10 outputs.
    """,
    reference=small_but_good,
    requirements=(
        need.input_shape(32, 32, 3),
        need.output_shape(10),
        need.parameters(at_most=100_000),
        need.loss_fits(labels="integers"),
        # Seeds 0 to 2 of the model solution: 0.490, 0.483, 0.515. A dense network: 0.23 at most.
        need.accuracy_after_training(0.36, _small_cifar10, epochs=8, batch_size=64),
    ),
    misconceptions=(
        ModelMisconception(
            id="dense-only",
            name="The pixels go into a dense layer as they are.",
            hint="Which layer looks at a pixel together with its neighbors?",
            wrong=_dense_only,
            seen_in=lambda model: not any("Conv" in kind for kind in model.kinds()),
        ),
        ModelMisconception(
            id="document-2",
            name="This is document 2's network, which has 122,570 parameters.",
            hint="Where do most of its parameters sit? What can stand in the place of Flatten?",
            wrong=_document_2,
        ),
        ModelMisconception(
            id="slow-moving-averages",
            name="The moving averages of the batch normalization take longer than the training.",
            hint="8 epochs are 200 steps. How far does a momentum of 0.999 come in 200 steps?",
            wrong=_slow_moving_averages,
        ),
        ModelMisconception(
            id="softmax-twice",
            name="Softmax is taken twice: by the last layer and by the loss.",
            hint="What does from_logits=True say about the scores that the loss is given?",
            wrong=_logits_and_softmax,
            seen_in=lambda model: (
                model.compiled is not None
                and bool(model.compiled.from_logits)
                and "softmax" in model.last_activations
            ),
        ),
        ModelMisconception(
            id="loss-for-one-hot-labels",
            name="The loss expects one-hot labels, but they are integers.",
            hint="Two losses of Keras differ in one word, sparse. Which takes integers?",
            wrong=_one_hot_loss,
            seen_in=lambda model: (
                model.compiled is not None and model.compiled.loss == "categorical_crossentropy"
            ),
        ),
        ModelMisconception(
            id="not-compiled",
            name="The model is not compiled.",
            hint="Which method of the model tells it its loss and its optimizer?",
            wrong=_never_compiled,
            seen_in=lambda model: model.compiled is None,
        ),
    ),
    hints=(
        "Count first: a network without Flatten needs few parameters.",
        "With 200 steps in all it must learn fast. Which layer of chapter 6 helps with that?",
        "Three times convolution, batch normalization, ReLU, pooling; then global average "
        "pooling. Mind the momentum.",
    ),
    points=3.0,
)

EXERCISES = (WITH_GLOBAL_AVERAGE, NETWORK_OF_PAIRS, SMALL_BUT_GOOD)
