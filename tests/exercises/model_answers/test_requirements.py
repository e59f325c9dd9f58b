"""Each requirement: what meets it, what does not, and what the student then reads."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from keras import layers

from course_utils.exercises.model_answers import Case, ModelError, describe
from course_utils.exercises.model_answers import requirements as need
from course_utils.exercises.model_answers.data import model_data


def network(*, filters=4, kind=layers.MaxPooling2D, last="softmax", more=(), **compiled):
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(filters, 3, activation="relu"),
            kind(2),
            layers.Flatten(),
            layers.Dense(3, activation=last),
            *more,
        ]
    )
    if compiled:
        model.compile(**{"optimizer": "adam", **compiled})
    return model


REFERENCE = describe(model_data(network()).config)


def found(requirement, model, reference=REFERENCE):
    """(what is said, which cells are marked), or None if the requirement is met."""
    case = Case(describe(model_data(model).config), reference, {})
    finding = requirement.check(case)
    if finding is None:
        return None
    if isinstance(finding, str):
        return finding, set()
    return finding.text, set(finding.marks)


def test_parameters():
    # 4 kernels of 9 and a bias each, then 36 times 3 and 3: 151.
    assert found(need.parameters(at_most=151), network()) is None
    assert found(need.parameters(at_least=151, at_most=151), network()) is None
    assert found(need.parameters(at_most=150), network()) == (
        "It has 151 parameters; expected at most 150 parameters. "
        "Layer 4, Dense(3, softmax), has 111 of them.",
        {(4, "parameters")},
    )
    text, _ = found(need.parameters(at_least=152, at_most=2000), network())
    assert text == "It has 151 parameters; expected 152 to 2,000 parameters."


def test_input_shape():
    assert found(need.input_shape(8, 8, 1), network()) is None
    assert found(need.input_shape(), network()) is None
    text = "Its input has shape (8, 8, 1); expected (28, 28, 1)."
    assert found(need.input_shape(28, 28, 1), network()) == (text, {(0, "output")})


def test_output_shape():
    assert found(need.output_shape(3), network()) is None
    assert found(need.output_shape(), network()) is None
    text = "Its output has shape (3,); expected (10,)."
    assert found(need.output_shape(10), network()) == (text, {(4, "output")})
    longer = network(more=[layers.Dense(2)])
    assert "shape (2,); expected (3,)" in found(need.output_shape(), longer)[0]


def test_uses():
    assert found(need.uses("Conv2D"), network()) is None
    assert found(need.uses("Dense", at_least=0, at_most=1), network()) is None
    assert found(need.uses("BatchNormalization", at_least=2), network()) == (
        "It has no BatchNormalization layers; expected at least 2 BatchNormalization layers.",
        set(),
    )
    assert found(need.uses("Dense", at_most=1), network(more=[layers.Dense(3)])) == (
        "It has 2 Dense layers; expected exactly 1 Dense layer.",
        {(4, "layer"), (5, "layer")},
    )


def test_without():
    assert found(need.without("Dropout", "BatchNormalization"), network()) is None
    text = "Layer 3, Flatten, is of a class that is not asked for: do without it."
    assert found(need.without("Dropout", "Flatten"), network()) == (text, {(3, "layer")})


# Two that no exercise asks for, written as an author writes what is not in the module.


def in_order(*kinds: str):
    """Layers of these classes in this order, others between them or not."""
    wanted = ", ".join(kinds)

    def check(case):
        left = list(kinds)
        found = set()
        for layer in case.model.layers:
            if left and layer.kind == left[0]:
                left.pop(0)
                found.add((layer.number, "layer"))
        if not left:
            return None
        last = max((number for number, _ in found), default=0)
        after = f"after layer {last}" if last else "in it"
        text = f"Expected {wanted} in this order (others may stand between); there is no {left[0]} "
        return need.Finding(f"{text}{after}.", frozenset(found))

    return need.Requirement(f"the layers {wanted} in this order", check)


def softmax_once():
    """A softmax after the last layer with weights, and no other activation there."""

    def check(case):
        found = case.model.last_activations
        if found == ("softmax",):
            return None
        names = " and then ".join(found) or "no activation"
        return need.Finding(
            f"Its output comes from {names}; expected one softmax.",
            frozenset((number, "layer") for number in case.model.outputs),
        )

    return need.Requirement("one softmax at the end", check)


def test_in_order():
    assert found(in_order("Conv2D", "Flatten", "Dense"), network()) is None
    text, marks = found(in_order("Conv2D", "Flatten", "MaxPooling2D"), network())
    assert text.endswith("there is no MaxPooling2D after layer 3.")
    assert marks == {(1, "layer"), (3, "layer")}


@pytest.mark.parametrize(
    ("model", "text", "mark"),
    [
        (
            lambda: network(filters=5),
            "Layer 1 is Conv2D(5, 3, relu); expected Conv2D(4, 3, relu).",
            1,
        ),
        (
            lambda: network(kind=layers.AveragePooling2D),
            "Layer 2 is AveragePooling2D(2); expected MaxPooling2D(2).",
            2,
        ),
        (
            lambda: network(last=None),
            "Layer 4 is Dense(3); expected Dense(3, softmax).",
            4,
        ),
        (
            lambda: network(last="relu"),
            "Layer 4 is Dense(3, relu); expected Dense(3, softmax).",
            4,
        ),
        (
            lambda: network(more=[layers.Dropout(0.5)]),
            "Layer 5, Dropout(0.5), is more than is asked.",
            5,
        ),
        (
            lambda: keras.Sequential(
                [keras.Input((8, 8, 1)), layers.Conv2D(4, 3), layers.ReLU(), layers.Flatten()]
            ),
            "Layer 3 is Flatten; expected MaxPooling2D(2).",
            3,
        ),
        (
            lambda: keras.Sequential(
                [keras.Input((8, 8, 1)), layers.Conv2D(4, 3), layers.MaxPooling2D(2)]
            ),
            "Layer 1 is Conv2D(4, 3); expected Conv2D(4, 3, relu).",
            1,
        ),
        (
            lambda: keras.Sequential(
                [keras.Input((8, 8, 1)), layers.Conv2D(4, 3, activation="relu")]
            ),
            "It ends with layer 1, Conv2D(4, 3, relu); expected MaxPooling2D(2) after it.",
            1,
        ),
        (
            lambda: keras.Sequential(
                [keras.Input((8, 8, 1)), layers.Conv2D(4, 3, activation="tanh"), layers.Flatten()]
            ),
            "Layer 1 is Conv2D(4, 3, tanh); expected Conv2D(4, 3, relu).",
            1,
        ),
    ],
)
def test_same_layers_names_the_first_that_is_another(model, text, mark):
    assert found(need.same_layers(), model()) == (text, {(mark, "layer")})


def test_same_layers_where_activations_are_layers():
    def block(*parts):
        return keras.Sequential([keras.Input((8, 8, 1)), *parts])

    normal = layers.BatchNormalization
    asked = block(layers.Conv2D(4, 3), normal(), layers.ReLU(), layers.Flatten())
    reference = describe(model_data(asked).config)
    for model, text in (
        (
            block(layers.Conv2D(4, 3, activation="relu"), normal(), layers.Flatten()),
            "Layer 1 is Conv2D(4, 3, relu); expected Conv2D(4, 3).",
        ),
        (
            block(layers.Conv2D(4, 3), layers.ReLU(), normal()),
            "Layer 2 is ReLU; expected BatchNormalization.",
        ),
        (
            block(layers.Conv2D(4, 3), normal(), layers.Flatten()),
            "Layer 2 is BatchNormalization; expected ReLU after it.",
        ),
        (
            block(layers.Conv2D(4, 3), normal(), layers.Activation("tanh")),
            "Layer 3 is Activation(tanh); expected ReLU.",
        ),
    ):
        assert found(need.same_layers(), model, reference)[0] == text


def test_same_layers_is_met_however_it_is_written():
    given = keras.Input((8, 8, 1), name="image")
    x = layers.Conv2D(4, (3, 3), kernel_initializer="he_normal", name="first")(given)
    x = layers.Flatten()(layers.MaxPooling2D()(layers.ReLU()(x)))
    model = keras.Model(given, layers.Softmax()(layers.Dense(3)(x)))
    assert found(need.same_layers(), model) is None


def test_same_layers_tells_what_the_short_form_does_not_show():
    reference = keras.Sequential([keras.Input((4,)), layers.Dense(2, kernel_regularizer="l2")])
    plain = keras.Sequential([keras.Input((4,)), layers.Dense(2)])
    frozen = keras.Sequential([keras.Input((4,)), layers.Dense(2, trainable=False)])
    described = describe(model_data(reference).config)
    text, _ = found(need.same_layers(), plain, described)
    assert text.startswith("Layer 1 is Dense(2); expected Dense(2) with kernel_regularizer={")
    described = describe(model_data(plain).config)
    text, _ = found(need.same_layers(), frozen, described)
    assert text == "Layer 1 is Dense(2); expected Dense(2) that is trained."
    text, _ = found(need.same_layers(), plain, describe(model_data(frozen).config))
    assert text == "Layer 1 is Dense(2); expected Dense(2) that is not trained."


def test_same_layers_tells_another_wiring():
    def joined(second):
        given = keras.Input((4,))
        first = layers.Dense(4)(given)
        return keras.Model(given, layers.Add()([layers.Dense(4)(first), second(given, first)]))

    reference = describe(model_data(joined(lambda given, first: given)).config)
    text, _ = found(need.same_layers(), joined(lambda given, first: first), reference)
    assert text == "Layer 3 is Add; expected Add working on layer 2 and the model's input."


def test_softmax_once():
    assert found(softmax_once(), network()) is None
    assert found(softmax_once(), network(last=None, more=[layers.Softmax()])) is None
    text = "Its output comes from no activation; expected one softmax."
    assert found(softmax_once(), network(last=None)) == (text, {(4, "layer")})
    text, _ = found(softmax_once(), network(more=[layers.Softmax()]))
    assert text == "Its output comes from softmax and then softmax; expected one softmax."


SPARSE = "sparse_categorical_crossentropy"
ON_SCORES = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


@pytest.mark.parametrize(
    ("labels", "loss", "last", "words"),
    [
        ("integers", SPARSE, "softmax", None),
        ("integers", keras.losses.SparseCategoricalCrossentropy(), "softmax", None),
        ("integers", ON_SCORES, None, None),
        ("one-hot", "categorical_crossentropy", "softmax", None),
        ("integers", "categorical_crossentropy", "softmax", "Its loss is categorical_crossent"),
        ("one-hot", SPARSE, "softmax", "Its loss is sparse_categorical_crossentropy; expected"),
        ("integers", "mse", "softmax", "Its loss is mean_squared_error"),
        ("integers", ON_SCORES, "softmax", "Expected one softmax in all"),
        ("integers", ON_SCORES, "relu", "scores of any sign, but they come from relu"),
        ("integers", SPARSE, None, "the output comes from no activation"),
        ("integers", SPARSE, "sigmoid", "the output comes from sigmoid"),
    ],
)
def test_loss_fits(labels, loss, last, words):
    came = found(need.loss_fits(labels=labels), network(last=last, loss=loss))
    assert came is None if words is None else words in came[0], came


def test_loss_fits_needs_a_compiled_model():
    text, _ = found(need.loss_fits(labels="integers"), network())
    assert text.startswith("It is not compiled.")


def measured(requirement, model, seed=0):
    """The numbers, and what is said of them."""
    data = model_data(model)
    numbers = requirement.measure(data, seed)
    case = Case(describe(data.config), REFERENCE, {}, numbers)
    return numbers, requirement.check(case)


def three_classes(rng):
    """The class is the row of the image that is bright."""
    labels = rng.integers(0, 3, 300)
    images = rng.random((300, 8, 8, 1), dtype=np.float32)
    images[np.arange(300), 2 * labels] += 1
    return (images[:200], labels[:200]), (images[200:], labels[200:])


def test_accuracy_after_training():
    asked = need.accuracy_after_training(0.9, three_classes, epochs=6, batch_size=20)
    model = network(loss=SPARSE, optimizer=keras.optimizers.Adam(0.02))
    numbers, finding = measured(asked, model)
    assert finding is None, numbers
    assert numbers["accuracy"] > 0.9
    assert numbers["examples"] == 100
    assert asked.tell(numbers).startswith(f"Its accuracy is {numbers['accuracy']:.3f} on 100 exa")
    # The same seed, the same numbers.
    assert measured(asked, model)[0] == numbers
    still = network(loss=SPARSE, optimizer=keras.optimizers.SGD(0.0))
    numbers, finding = measured(asked, still)
    assert finding == (
        f"Its accuracy is {numbers['accuracy']:.3f} on 100 examples that it had not seen, "
        "after 6 epochs of training; expected at least 0.9."
    )


def test_training_leaves_the_callers_random_numbers_alone():
    asked = need.accuracy_after_training(0.1, three_classes, epochs=1)
    np.random.seed(3)  # noqa: NPY002
    expected = np.random.random(2)  # noqa: NPY002
    np.random.seed(3)  # noqa: NPY002
    first = np.random.random()  # noqa: NPY002
    measured(asked, network(loss=SPARSE))
    assert [first, np.random.random()] == list(expected)  # noqa: NPY002


def test_the_exercise_may_say_how_it_is_compiled():
    def compile(model):
        model.compile(keras.optimizers.Adam(0.02), "categorical_crossentropy")

    def one_hot(rng):
        return [(images, np.eye(3)[labels]) for images, labels in three_classes(rng)]

    asked = need.accuracy_after_training(0.9, one_hot, epochs=6, batch_size=20, compile=compile)
    assert measured(asked, network())[1] is None


def test_training_has_a_budget():
    asked = need.accuracy_after_training(0.9, three_classes, epochs=10_000_000)
    numbers, finding = measured(asked, network(loss=SPARSE))
    # 36 positions of 9 * 4, and 36 * 3: 1404 for an image, three times, 200 images.
    assert numbers == {"over_budget": pytest.approx(1404 * 3 * 200 * 1e7 / 3e11)}
    assert finding.text.startswith("Training it would take 28.1 times the computation")
    assert "Layer 1, Conv2D(4, 3, relu), takes most of it: 1,296 mult" in finding.text


def own_loss(labels, predictions):
    return keras.ops.mean(predictions)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (lambda: network(), "not compiled"),
        (lambda: network(loss=own_loss), "its loss is own_loss, which is not one loss of Keras's"),
        (lambda: network(loss="categorical_crossentropy"), "training it fails: ValueError"),
        (
            lambda: keras.Sequential([keras.Input((5,)), layers.Dense(3, activation="softmax")]),
            "not compiled",
        ),
        (
            lambda: network(last=None, more=[layers.Reshape((3, 1))], loss=SPARSE),
            r"shape \(100, 3, 1\) for 100 examples; expected one row of scores|training it fails",
        ),
    ],
)
def test_what_cannot_be_trained_is_told(model, words):
    asked = need.accuracy_after_training(0.9, three_classes, epochs=1)
    with pytest.raises(ModelError, match=words):
        measured(asked, model())


def test_a_requirement_of_ones_own():
    def check(case):
        wide = [one for one in case.model.layers if one.settings.get("filters", 0) > 3]
        return f"Layer {wide[0].number} is too wide." if wide else None

    asked = need.Requirement("narrow layers", check)
    assert found(asked, network()) == ("Layer 1 is too wide.", set())
    assert found(asked, network(filters=3)) is None
    assert replace(asked, what="others").what == "others"
