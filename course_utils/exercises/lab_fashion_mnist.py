"""Exercises of the Fashion-MNIST lab: no leaks, calibration, a picture, better networks."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.model_answers import ModelExercise, ModelMisconception, keras
from course_utils.exercises.model_answers import requirements as need


def standardize_like_training(train, other):
    mean, deviation = train.mean(), train.std()
    return (train - mean) / deviation, (other - mean) / deviation


def standardize_like_training_inputs(rng):
    yield {
        "train": np.array([1.0, 3, 5, 7]).reshape(1, 2, 2, 1),
        "other": np.array([5.0, 5, 9, 9]).reshape(1, 2, 2, 1),
    }
    for count, others, height, width in [(5, 3, 4, 6), (8, 1, 3, 5), (4, 6, 7, 7), (6, 6, 2, 3)]:
        brightness = rng.uniform(0.5, 1.5)
        yield {
            "train": rng.uniform(0, 1, size=(count, height, width, 1)),
            "other": brightness * rng.uniform(0.2, 1, size=(others, height, width, 1)),
        }


def _each_by_itself(train, other):
    return tuple((part - part.mean()) / part.std() for part in (train, other))


def _both_together(train, other):
    pixels = np.concatenate((train.ravel(), other.ravel()))
    return tuple((part - pixels.mean()) / pixels.std() for part in (train, other))


def _standardized(statistics):
    """A wrong `standardize_like_training` with other (mean, deviation) of the training images."""

    def wrong(train, other):
        mean, deviation = statistics(train)
        with np.errstate(divide="ignore", invalid="ignore"):
            return (train - mean) / deviation, (other - mean) / deviation

    return wrong


def calibration_error(confidences, correct, bins):
    total = 0.0
    for number in range(bins):
        inside = (confidences > number / bins) & (confidences <= (number + 1) / bins)
        if inside.any():
            gap = abs(correct[inside].mean() - confidences[inside].mean())
            total += inside.mean() * gap
    return total


def calibration_error_inputs(rng):
    yield {
        "confidences": np.array([0.6, 0.7, 0.8, 0.9, 1.0]),
        "correct": np.array([1, 0, 1, 1, 0], np.int64),
        "bins": 4,
    }
    yield {
        "confidences": np.array([0.25, 0.5, 0.5, 0.4, 0.75]),  # on the edges of bins
        "correct": np.array([1, 1, 0, 0, 0], np.int64),
        "bins": 4,
    }
    yield {
        "confidences": np.array([0.55, 0.65, 0.95, 1.0]),
        "correct": np.array([1, 1, 0, 0], np.int64),
        "bins": 2,
    }
    for count, bins in [(40, 5), (200, 10), (60, 15), (30, 8)]:
        confidences = rng.uniform(0.15, 1.0, size=count)
        yield {
            "confidences": confidences,
            "correct": (rng.uniform(size=count) < 1.4 * confidences - 0.35).astype(np.int64),
            "bins": bins,
        }


def _binned(combine, gap=lambda accuracy, confidence, middle: abs(accuracy - confidence)):
    """A wrong `calibration_error`: another gap of a bin, or another way to combine them."""

    def wrong(confidences, correct, bins):
        shares, gaps = [], []
        for number in range(bins):
            inside = (confidences > number / bins) & (confidences <= (number + 1) / bins)
            if inside.any():
                middle = (number + 0.5) / bins
                shares.append(inside.mean())
                gaps.append(gap(correct[inside].mean(), confidences[inside].mean(), middle))
        return combine(np.array(shares), np.array(gaps))

    return wrong


def _signed(accuracy, confidence, middle):
    return accuracy - confidence


def _from_the_middle(accuracy, confidence, middle):
    return abs(accuracy - middle)


def _confidence_of_one_dropped(confidences, correct, bins):
    total = 0.0
    for number in range(bins):
        inside = (confidences >= number / bins) & (confidences < (number + 1) / bins)
        if inside.any():
            gap = abs(correct[inside].mean() - confidences[inside].mean())
            total += inside.mean() * gap
    return total


def soften(logits, temperature):
    scaled = logits / temperature
    exponentials = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def soften_inputs(rng):
    yield {"logits": np.array([[2.0, 0.0], [0.0, 4.0]]), "temperature": 2.0}
    yield {"logits": np.array([[3.0, 1.0, 0.0]]), "temperature": 0.5}
    yield {"logits": np.array([[1000.0, 1002.0, 998.0]]), "temperature": 2.0}
    yield {"logits": np.array([[0.0, 2002.0, 2000.0]]), "temperature": 2.0}
    for count, classes, temperature in [(4, 10, 1.5), (6, 3, 0.8), (5, 5, 4.0)]:
        yield {
            "logits": rng.normal(scale=4, size=(count, classes)),
            "temperature": temperature,
        }


def _softmax(scores):
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def picture_like_training(picture, side):
    light = 1 - picture / 255
    height, width = light.shape
    longer = max(height, width)
    square = np.zeros((longer, longer))
    top, left = (longer - height) // 2, (longer - width) // 2
    square[top : top + height, left : left + width] = light
    block = longer // side
    return square.reshape(side, block, side, block).mean(axis=(1, 3))


def picture_like_training_inputs(rng):
    yield {
        "picture": np.array([[0, 51], [255, 51], [0, 255], [102, 0]], np.uint8),
        "side": 2,
    }
    yield {"picture": np.array([[0, 255, 102]], np.uint8), "side": 3}
    for height, width, side in [(12, 9, 4), (10, 15, 5), (28, 11, 14), (8, 24, 8), (12, 12, 6)]:
        yield {
            "picture": rng.integers(0, 256, size=(height, width), dtype=np.uint8),
            "side": side,
        }


def _prepared(before, border=0.0, corner=False, shrink=None, after=lambda values: values):
    """A wrong `picture_like_training`: other values, another border, place or way to shrink."""

    def wrong(picture, side):
        values = before(picture.astype(np.float64))
        height, width = values.shape
        longer = max(height, width)
        square = np.full((longer, longer), float(border))
        top, left = (0, 0) if corner else ((longer - height) // 2, (longer - width) // 2)
        square[top : top + height, left : left + width] = values
        block = longer // side
        if shrink is not None:
            return after(shrink(square, block))
        return after(square.reshape(side, block, side, block).mean(axis=(1, 3)))

    return wrong


def _light(picture):
    return 1 - picture / 255


def normalized_block(height, width, channels, filters):
    layers = [keras.Input((height, width, channels))]
    for _ in range(2):
        layers.append(keras.layers.Conv2D(filters, 3, padding="same", use_bias=False))
        layers.append(keras.layers.BatchNormalization())
        layers.append(keras.layers.ReLU())
    layers.append(keras.layers.MaxPooling2D(2))
    return keras.Sequential(layers)


def normalized_block_inputs(rng):
    yield {"height": 4, "width": 6, "channels": 1, "filters": 2}
    yield {"height": 28, "width": 28, "channels": 1, "filters": 32}
    yield {"height": 14, "width": 14, "channels": 32, "filters": 64}
    for channels, filters in [(3, 4), (8, 5)]:
        height, width = (int(2 * side) for side in rng.integers(3, 10, size=2))
        yield {"height": height, "width": width, "channels": channels, "filters": filters}


def _block(convolutions=2, padding="same", use_bias=False, order=("normalize", "relu")):
    """A wrong `normalized_block`: other layers, or the same ones in another order."""

    def wrong(height, width, channels, filters):
        kinds = {
            "normalize": keras.layers.BatchNormalization,
            "relu": keras.layers.ReLU,
        }
        layers = [keras.Input((height, width, channels))]
        for _ in range(convolutions):
            layers.append(keras.layers.Conv2D(filters, 3, padding=padding, use_bias=use_bias))
            layers += [kinds[name]() for name in order]
        layers.append(keras.layers.MaxPooling2D(2))
        return keras.Sequential(layers)

    return wrong


def small_fashion_mnist(rng):
    """Training images of the course, scaled: 3,000 to learn from, 1,000 to judge by.

    No test images: who tries again and again would choose by them.
    """
    from course_utils.datasets import fashion_mnist

    images, labels = fashion_mnist("train", size="small")
    images = images.astype(np.float32) / 255
    return (images[:3000], labels[:3000]), (images[3000:], labels[3000:])


def _convolves(case):
    found = sum("Conv" in layer.kind for layer in case.model.layers)
    if found >= 2:
        return None
    return f"It has {found} convolution{'s' * (found != 1)}; expected at least 2."


def lean_network():
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def _lean(last="softmax", loss="sparse_categorical_crossentropy", hidden=0):
    """A wrong `lean_network`: another last activation or loss, or a dense layer before the last."""

    def wrong():
        layers = [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
        ]
        if hidden:
            layers.append(keras.layers.Dense(hidden, activation="relu"))
        model = keras.Sequential([*layers, keras.layers.Dense(10, activation=last)])
        model.compile("adam", loss, metrics=["accuracy"])
        return model

    return wrong


EXERCISES = (
    Exercise(
        chapter=20,
        title="Standardize without a leak",
        prompt="""Standardize training images and other images with the same two numbers.

        train : (N, H, W, 1) float array, the training images
        other : (M, H, W, 1) float array, validation or test images
        Take one mean and one standard deviation over all pixels of all training images. From
        both arrays, subtract the mean and divide by the deviation.
        Returns the two arrays, train first.
        """,
        reference=standardize_like_training,
        inputs=standardize_like_training_inputs,
        misconceptions=(
            Misconception(
                id="each-by-itself",
                name="The other images are standardized by their own mean and deviation.",
                hint="A single new picture has no others. Which two numbers can it use?",
                wrong=_each_by_itself,
            ),
            Misconception(
                id="both-together",
                name="Mean and deviation are taken over both arrays together.",
                hint="The other images are there to be judged on. Keep them out of the statistics.",
                wrong=_both_together,
            ),
            Misconception(
                id="pixel-by-pixel",
                name="Every pixel has a mean and a deviation of its own.",
                hint="How many numbers does train.mean(axis=0) give? One is asked for.",
                wrong=_standardized(lambda train: (train.mean(axis=0), train.std(axis=0))),
            ),
            Misconception(
                id="over-the-variance",
                name="It is divided by the variance, not by its root.",
                hint="The deviation of the result must be 1. Check it with std().",
                wrong=_standardized(lambda train: (train.mean(), train.var())),
            ),
            Misconception(
                id="mean-left-in",
                name="It is divided by the deviation, and the mean is left in.",
                hint="The mean of the result must be 0 for the training images.",
                wrong=_standardized(lambda train: (0, train.std())),
            ),
        ),
        hints=(
            "Compute two numbers from train, before you touch either array.",
            "train.mean() and train.std() without an axis are over all pixels of all images.",
        ),
    ),
    Exercise(
        chapter=20,
        title="Expected calibration error",
        prompt="""Expected calibration error: how far confidence and accuracy lie apart.

        confidences : (N,) float array, the probability of each prediction, above 0, at most 1
        correct : (N,) integers, 1 where the prediction is right, else 0
        bins : int. Bin b = 0, 1, ..., bins - 1 holds the images whose confidence is above
            b / bins and at most (b + 1) / bins
        In each bin that holds images: the distance between the share that is right and the mean
        confidence. Returns the mean of these distances, each weighted by the bin's share of the
        N images: a number.
        """,
        reference=calibration_error,
        inputs=calibration_error_inputs,
        misconceptions=(
            Misconception(
                id="bins-weigh-the-same",
                name="Every bin weighs the same, however few images it holds.",
                hint="A bin with 3 of 1,000 images should hardly count. Weight by its share.",
                wrong=_binned(lambda shares, gaps: gaps.mean()),
            ),
            Misconception(
                id="gaps-cancel",
                name="Too sure in one bin cancels too modest in another.",
                hint="A distance has no sign. Where does the absolute value belong?",
                wrong=_binned(lambda shares, gaps: abs(shares @ gaps), _signed),
            ),
            Misconception(
                id="largest-gap",
                name="This is the largest distance of any bin, the maximum calibration error.",
                hint="Asked for is a weighted mean over the bins.",
                wrong=_binned(lambda shares, gaps: gaps.max()),
            ),
            Misconception(
                id="middle-of-the-bin",
                name="The middle of a bin stands in for the mean confidence in it.",
                hint="The images of a bin need not lie evenly in it. Average their confidences.",
                wrong=_binned(lambda shares, gaps: shares @ gaps, _from_the_middle),
            ),
            Misconception(
                id="image-by-image",
                name="The distance is taken for each image, without bins.",
                hint="One image is right or wrong, 1 or 0; only a group has a share that is right.",
                wrong=lambda confidences, correct, bins: np.abs(correct - confidences).mean(),
            ),
            Misconception(
                id="upper-edge-left-out",
                name="A confidence on the upper edge of a bin is not in it; one of exactly 1 is in "
                "no bin at all.",
                hint="Above the lower edge, at most the upper one. Try a confidence of 1.0.",
                wrong=_confidence_of_one_dropped,
            ),
        ),
        hints=(
            "For each bin make a mask of the images in it; skip the bin if the mask is all False.",
            "With a mask m: m.mean() is the bin's share, correct[m].mean() the share that is "
            "right, confidences[m].mean() the mean confidence.",
        ),
    ),
    Exercise(
        chapter=20,
        title="Probabilities at a temperature",
        prompt="""Probabilities of a network whose scores are divided by a temperature.

        logits : (N, K) float array, the scores before softmax, possibly large
        temperature : float above 0; 1 changes nothing, more makes the network less sure
        Returns softmax(logits / temperature), row by row: an array (N, K).
        """,
        reference=soften,
        inputs=soften_inputs,
        misconceptions=(
            Misconception(
                id="multiplied",
                name="The scores are multiplied by the temperature: larger makes surer.",
                hint="At a high temperature the probabilities come close to each other.",
                wrong=lambda logits, temperature: _softmax(logits * temperature),
            ),
            Misconception(
                id="after-softmax",
                name="The probabilities are divided, not the scores.",
                hint="What do the rows of your result add up to?",
                wrong=lambda logits, temperature: _softmax(logits) / temperature,
            ),
            Misconception(
                id="softmax-twice",
                name="Softmax is applied to probabilities instead of scores.",
                hint="The temperature divides the scores, before softmax sees them.",
                wrong=lambda logits, temperature: _softmax(_softmax(logits) / temperature),
            ),
            Misconception(
                id="scores",
                name="These are the divided scores; softmax is missing.",
                hint="Each row must be positive and add up to 1.",
                wrong=lambda logits, temperature: logits / temperature,
            ),
        ),
        hints=(
            "Divide first, then apply the softmax that you know from chapter 3.",
            "Subtract each row's largest scaled score before np.exp, so that nothing overflows.",
        ),
    ),
    Exercise(
        chapter=20,
        title="Make a picture look like the training data",
        prompt="""A dark garment on white becomes a light garment on black, square and small.

        picture : (H, W) array of whole numbers from 0 (black) to 255 (white, the background)
        side : int; the longer of H and W is a multiple of it
        In this order: scale to 0..1 and invert, so that white becomes 0 and black becomes 1. Put
        the picture in the middle of a square of zeros as wide as its longer side (if the space
        left is odd, the larger half goes below or to the right). Shrink to (side, side): each
        pixel is the mean of the block of pixels that it stands for.
        Returns a float array (side, side).
        """,
        reference=picture_like_training,
        inputs=picture_like_training_inputs,
        misconceptions=(
            Misconception(
                id="not-inverted",
                name="The picture is not inverted: its background is 1, the bars beside it 0.",
                hint="In the training images the background is 0.",
                wrong=_prepared(lambda picture: picture / 255),
            ),
            Misconception(
                id="inverted-last",
                name="The square of zeros is made first and inverted too: its bars are white.",
                hint="Invert before you add the zeros. The bars must be 0 in the result.",
                wrong=_prepared(_light, border=1.0),
            ),
            Misconception(
                id="in-the-corner",
                name="The picture stands in the upper left corner of the square.",
                hint="The space left is to be shared between both sides.",
                wrong=_prepared(_light, corner=True),
            ),
            Misconception(
                id="pixels-skipped",
                name="One pixel of each block is kept, the others are skipped.",
                hint="A thin line may fall between the pixels that are kept. Average each block.",
                wrong=_prepared(_light, shrink=lambda square, block: square[::block, ::block]),
            ),
            Misconception(
                id="not-scaled",
                name="The values go up to 255 instead of 1.",
                hint="The network was trained on values from 0 to 1.",
                wrong=_prepared(lambda picture: 255 - picture),
            ),
        ),
        hints=(
            "Three steps, each a line or two: invert, paste into np.zeros, average blocks.",
            "square.reshape(side, block, side, block) has the rows of a block on axis 1, its "
            "columns on axis 3.",
        ),
    ),
    ModelExercise(
        chapter=20,
        title="A block of the better network",
        prompt="""A block of two normalized convolutions, as a Keras model.

        height, width, channels : int, shape of its input, the two sides even
        filters : int, maps of each convolution
        Two times in a row: a 3x3 convolution that keeps the size and has no bias, batch
        normalization with Keras's own settings, ReLU. Then 2x2 max pooling.
        Returns a keras model from (height, width, channels) to (height / 2, width / 2, filters).
        It need not be compiled.
        """,
        reference=normalized_block,
        inputs=normalized_block_inputs,
        requirements=(need.input_shape(), need.output_shape(), need.same_layers()),
        misconceptions=(
            ModelMisconception(
                id="relu-first",
                name="ReLU comes before the normalization.",
                hint="What is normalized should have values of both signs. In which order is it "
                "asked?",
                wrong=_block(order=("relu", "normalize")),
            ),
            ModelMisconception(
                id="bias-kept",
                name="The convolutions have a bias, which the normalization takes away again.",
                hint="How many parameters has your convolution per filter, and how many weights?",
                wrong=_block(use_bias=True),
            ),
            ModelMisconception(
                id="borders-lost",
                name="The convolutions have no padding: each takes two rows and columns away.",
                hint="Which padding keeps height and width?",
                wrong=_block(padding="valid"),
            ),
            ModelMisconception(
                id="one-convolution",
                name="There is one convolution instead of two.",
                hint="The three layers stand in the block two times.",
                wrong=_block(convolutions=1),
            ),
            ModelMisconception(
                id="not-normalized",
                name="There is no batch normalization.",
                hint="Between a convolution and its ReLU stands another layer.",
                wrong=_block(order=("relu",)),
            ),
        ),
        hints=(
            "keras.Sequential takes a list: keras.Input, then seven layers.",
            "keras.layers.Conv2D has the arguments padding and use_bias; ReLU is a layer of its "
            "own here, keras.layers.ReLU.",
        ),
    ),
    ModelExercise(
        chapter=20,
        title="A network with a tenth of the weights",
        prompt="""A compiled network for Fashion-MNIST with at most 22,503 parameters.

        That is a tenth of document 4's 225,034. It has at least two convolutions. Images have
        shape (28, 28, 1) and values from 0 to 1; labels are integers from 0 to 9. The checker
        trains your model, as you compiled it, for 6 epochs on 3,000 training images in batches of
        32. On 1,000 other training images it must then be right at least 75 times out of 100.
        Returns a keras model, compiled.
        """,
        reference=lean_network,
        requirements=(
            need.input_shape(28, 28, 1),
            need.output_shape(10),
            need.parameters(at_most=22_503),
            need.loss_fits(labels="integers"),
            need.Requirement("at least two convolutions", _convolves),
            # Seeds 0 to 2 of the model solution: 0.815, 0.802, 0.821. Softmax regression gets 0.81.
            need.accuracy_after_training(0.75, small_fashion_mnist, epochs=6, batch_size=32),
        ),
        misconceptions=(
            ModelMisconception(
                id="dense-layer-too-wide",
                name="Nearly all parameters sit in a dense layer behind Flatten.",
                hint="How long is the flattened vector, and how many units does each of its "
                "entries go to? Another convolution and pooling make it shorter.",
                wrong=_lean(hidden=128),
                seen_in=lambda model: (
                    model.parameters > 22_503
                    and max(
                        (layer.parameters for layer in model.layers if layer.kind == "Dense"),
                        default=0,
                    )
                    > model.parameters / 2
                ),
            ),
            ModelMisconception(
                id="loss-for-one-hot",
                name="The loss expects one-hot labels.",
                hint="The labels are integers. Which of the two cross-entropies takes those?",
                wrong=_lean(loss="categorical_crossentropy"),
                seen_in=lambda model: (
                    model.compiled is not None and model.compiled.loss == "categorical_crossentropy"
                ),
            ),
            ModelMisconception(
                id="sigmoid-at-the-end",
                name="The last layer has a sigmoid, so its ten numbers do not add up to 1.",
                hint="One image is of one class. Which activation gives one distribution over ten?",
                wrong=_lean(last="sigmoid"),
                seen_in=lambda model: model.last_activations == ("sigmoid",),
            ),
            ModelMisconception(
                id="scores-as-probabilities",
                name="The last layer has no activation, and the loss takes its scores for "
                "probabilities.",
                hint="Either the last layer has a softmax, or the loss is told from_logits=True.",
                wrong=_lean(last=None),
                seen_in=lambda model: (
                    model.last_activations == ()
                    and model.compiled is not None
                    and not model.compiled.from_logits
                ),
            ),
        ),
        hints=(
            "Where do document 4's parameters sit? 204,928 of them are in one layer.",
            "Three convolutions, pooled twice, leave few values to flatten. Count them before you "
            "choose the filters.",
        ),
    ),
)
