"""Reading voltammograms: layouts, scans and sweeps, and what can't be read."""

from contextlib import suppress
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course_utils.voltammetry import VoltammogramError, read_voltammogram
from tests.voltammetry.layouts import CURRENT, DIRECTION, LAYOUTS, POTENTIAL, SCAN, table, two


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts(layout, tmp_path):
    name, text, encoding = LAYOUTS[layout]
    (tmp_path / name).write_bytes(text.encode(encoding))
    curve = read_voltammogram(tmp_path / name)
    np.testing.assert_allclose(curve.potential, POTENTIAL, atol=1e-9)
    np.testing.assert_allclose(curve.current, CURRENT, rtol=1e-5)
    side_by_side = "PSTrace" in layout
    # Where the first scan ends at -0.15 V, on the way down, only the file can say so.
    if any(word in layout for word in ("PSTrace", "NOVA", "BioLogic", "Gamry", "sections")):
        np.testing.assert_array_equal(curve.scan_number, SCAN)
    assert curve.n_scans == 2
    if not side_by_side:
        np.testing.assert_array_equal(curve.direction, DIRECTION)


def read(tmp_path, content, name="curve.csv", **arguments):
    """Read a file of that content; text is written in UTF-8."""
    (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return read_voltammogram(tmp_path / name, **arguments)


# What can't be read

GOOD = "E/V,I/A\n" + table(two(1), ",")
LINES = GOOD.splitlines(keepends=True)


def changed(number, line, lines=LINES):
    """The good file with another line (from 1) of that number."""
    return "".join([*lines[: number - 1], line, *lines[number:]])


def numbers(separator, count, decimal="."):
    return table([two(1, decimal)[0]] * count, separator)


# name -> (content, number of the line or None, part of the reason)
MALFORMED = {
    "empty": ("", 1, "empty"),
    "blank": ("\n \n\t\n", 1, "empty"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(200), 1, "a PNG picture"),
    "photograph": (b"\xff\xd8\xff\xe0" + bytes(range(256)), 1, "a JPEG picture"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3", 1, "a PDF document"),
    "spreadsheet": (b"PK\x03\x04" + bytes(100), 1, "save the sheet as CSV"),
    "old spreadsheet": (b"\xd0\xcf\x11\xe0" + bytes(100), 1, "save the sheet as CSV"),
    "compressed": (b"\x1f\x8b\x08\0" + bytes(20), 1, "unpack"),
    "EC-Lab's binary": (b"BIO-LOGIC MODULAR FILE\x1a" + bytes(30), 1, "export it as text"),
    "web page": ("<!DOCTYPE html>\n<p>Not found</p>", 1, "a web page"),
    "random bytes": (np.random.default_rng(0).bytes(5000), 1, "binary data"),
    "control character": (GOOD.replace("E/V", "E/\x07V"), 1, "binary data (byte 7)"),
    "half of UTF-16": (b"\xff\xfe" + GOOD.encode("utf-16-le")[:-1], 1, "binary data"),
    "gigantic line": (GOOD + "1" * 200_000 + "\n", 42, "200,000 characters"),
    "no numbers": ("E/V,I/A\n", 1, "no numbers follow"),
    "prose": ("Dear colleague,\nthe data follow.\n", 1, "no table of numbers"),
    "one column": ("E/V\n0.1\n0.2\n0.3\n", 1, "two or more columns"),
    "one point": ("E/V,I/A\n0.1,1e-6\n", 2, "only 1 points"),
    "no units": ("E,I\n" + numbers(",", 2), 1, "unit of the potential"),
    "no unit of the current": ("E/V,I\n" + numbers(",", 2), 1, "unit of the current"),
    "no names": (numbers(",", 2), 1, "pass units="),
    "no names, three columns": (numbers(",", 3), 1, "pass columns="),
    "unknown unit": ("E (V),I (mAh)\n" + numbers(",", 2), 1, "'mAh'"),
    "mega or milli": ("E (V),I (MA)\n" + numbers(",", 2), 1, "'MA'"),
    "unit of the other": ("Potential (A),I (A)\n" + numbers(",", 2), 1, "not a unit of it"),
    "units contradict": ("E/V,I/mA\nV,µA\n" + numbers(",", 2), 1, "mA and µA"),
    "current density": ("E (V),I (mA/cm²)\n" + numbers(",", 2), 1, "electrode's area"),
    "two potentials": ("E/V,Voltage/V,I/A\n" + numbers(",", 3), 1, "'Voltage/V'"),
    "text in the middle": (changed(20, "autorange\n"), 20, "text among the numbers"),
    "remark in a cell": (changed(20, "0.3,overload\n"), 20, "'overload'"),
    "fewer columns": (changed(20, "0.3\n"), 20, "has 1 values, the lines before have 2"),
    "more columns": (changed(20, "0.3,1e-6,5\n"), 20, "has 3 values, the lines before have 2"),
    "value missing": (changed(20, "0.3,\n"), 20, "no value for 'I/A'"),
    "not a number": (changed(20, "0.3,NaN\n"), 20, "NaN"),
    "infinite": (changed(20, "-inf,1e-6\n"), 20, "'E/V' is -inf"),
    "overflow of a spreadsheet": (changed(20, "0.3,#VALUE!\n"), 20, "#VALUE!"),
    "hexadecimal": (changed(20, "0.3,0x1f\n"), 20, "0x1f"),
    "separator changes": (
        changed(20, "0.3;1e-6\n"),
        20,
        "by semicolons, the lines before by commas",
    ),
    "header's separator differs": ("E/V;I/A\n0.1,1e-6\n0.2,1e-6\n", 2, None),
    "decimal mark changes": (
        changed(20, "0,3;1e-6\n", [line.replace(",", ";") for line in LINES]),
        20,
        "'0,3' does not have the decimal mark",
    ),
    "decimal comma changes": (
        changed(20, "0.3;1,5\n", ("E/V;I/A\n" + table(two(1, ","), ";")).splitlines(True)),
        20,
        "'0.3' does not have the decimal mark",
    ),
    "decimal or thousands": ("E/mV;I/nA\n" + "1,250;2,500\n1,300;4,500\n" * 3, 2, 'decimal=","'),
    "thousands": ("E/mV;I/nA\n1.0;2,500.5\n1.1;2,501.5\n", 2, "thousands separator"),
    "decimal commas between commas": ("E/V,I/A\n" + numbers(",", 2, ","), 2, None),
    "cut off": (GOOD[: GOOD.rindex(",")], 41, "the last line is cut off"),
    "constant potential": ("E/V,I/A\n" + "0.1,1e-6\n" * 9, 2, "0.1 V in all 9 points"),
    "hundreds of volts": (GOOD.replace("0.300", "300"), 12, "the potential is 300 V"),
    "swapped": (
        "I/A,E/V\n" + table([two(1)[0], [f"{np.sin(k):.4f}" for k in range(40)]], ","),
        2,
        "swapped",
    ),
    "scan 1.5": ("E/V,I/A,Scan\n" + numbers(",", 3), 2, "'Scan' is -0.2, not a whole number"),
    "scan numbers points": (
        "E/V,I/A,Cycle\n" + table([*two(1), map(str, range(40))], ","),
        2,
        "changes from point to point",
    ),
    "hole in a scan": ("V,A,V,A\n0.1,1,0.1,1\n,,0.2,1\n0.3,1,0.3,1\n", 3, "middle of a scan"),
}


@pytest.mark.parametrize("kind", MALFORMED)
def test_malformed_files(kind, tmp_path):
    content, line, reason = MALFORMED[kind]
    with pytest.raises(VoltammogramError) as caught:
        read(tmp_path, content)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'curve.csv'}: line {line}: ")
    assert (reason or "") in message
    assert len(message) < 400
    assert "\n" not in message
    assert caught.value.line == line


def test_what_is_no_file(tmp_path):
    for path, reason in (
        (tmp_path / "missing.csv", "No such file"),
        (tmp_path, "folder"),
        ("/dev/null", "is not a file"),
    ):
        with pytest.raises(VoltammogramError, match=reason) as caught:
            read_voltammogram(path)
        assert str(caught.value).startswith(f"{path}: ")


def test_a_file_too_large_is_not_loaded(tmp_path):
    with open(tmp_path / "large.csv", "wb") as file:
        file.truncate(2**28 + 1)
    with pytest.raises(VoltammogramError, match="268,435,457 bytes"):
        read_voltammogram(tmp_path / "large.csv")


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=400), st.integers(0, len(GOOD)), st.booleans())
def test_garbage_never_raises_anything_else(tmp_path, garbage, place, cut):
    good = GOOD.encode()
    content = good[:place] + garbage + (b"" if cut else good[place:])
    (tmp_path / "curve.csv").write_bytes(content)
    try:
        curve = read_voltammogram(tmp_path / "curve.csv")
    except VoltammogramError:
        return
    assert np.isfinite(curve.potential).all()
    assert np.isfinite(curve.current).all()


@pytest.mark.parametrize("filler", ["1", " ", "_", "\t", "(", ",", "1,", "/", '"', "a ", "scan "])
@pytest.mark.parametrize("place", [1, 2, 20])
def test_long_lines_take_no_long_time(filler, place, tmp_path):
    # A pattern whose time goes with the square or worse of a line's length would hang here.
    line = (filler * 9_000)[:9_000] + "x\n"
    with suppress(VoltammogramError):
        read(tmp_path, changed(place, line) if place > 1 else line * 30)


# What the caller can say


def test_units_of_a_table_without_names(tmp_path):
    curve = read(tmp_path, table(two(), ","), units=("V", "uA"))
    np.testing.assert_allclose(curve.potential, POTENTIAL)
    np.testing.assert_allclose(curve.current, CURRENT, rtol=1e-5)
    assert curve.units == ("V", "µA")
    assert any("first column is taken for the potential" in note for note in curve.notes)


@pytest.mark.parametrize("columns", [("Voltage/V", "I/A"), (1, 2), ("voltage/v", 2)])
def test_columns_by_name_or_number(columns, tmp_path):
    content = "E/V,Voltage/V,I/A\n" + table([["0"] * 40, *two(1)], ",")
    curve = read(tmp_path, content, columns=columns)
    np.testing.assert_allclose(curve.potential, POTENTIAL)
    np.testing.assert_allclose(curve.current, CURRENT, rtol=1e-5)


def test_decimal_of_a_doubtful_table(tmp_path):
    content = "E/mV;I/nA\n1,250;2,500\n1,300;4,500\n1,350;5,500\n"
    curve = read(tmp_path, content, decimal=",")
    np.testing.assert_allclose(curve.potential, [1.25e-3, 1.3e-3, 1.35e-3])
    np.testing.assert_allclose(curve.current, [2.5e-9, 4.5e-9, 5.5e-9])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(columns=("E/V", "J")), "exactly one column must be named 'J'"),
        (dict(columns=(0, 5)), "no column 5; they go from 0 to 1"),
        (dict(units=("mV", "A")), "contradict each other: V and mV|mV and V"),
        (dict(units=("V", "ohm")), "'ohm' of column 'I/A' is not known"),
        (dict(units="V"), "units must be a pair"),
        (dict(columns=(0,)), "columns must be a pair"),
        (dict(decimal=";"), "decimal must be"),
    ],
)
def test_arguments_that_do_not_fit(arguments, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        read(tmp_path, GOOD, **arguments)


# Scans and sweeps


def zigzag(*corners, points=50, noise=0.0):
    """Potential from corner to corner, and the indices of the corners."""
    parts = [np.linspace(a, b, points, endpoint=False) for a, b in pairwise(corners)]
    potential = np.append(np.concatenate(parts), corners[-1])
    return potential + np.random.default_rng(0).normal(0, noise, len(potential))


@pytest.mark.parametrize("noise", [0, 5e-4])
@pytest.mark.parametrize(
    ("corners", "turns", "starts"),
    [
        ((0, 1), [], [0]),
        ((1, 0), [], [0]),
        ((-0.8, 0.8, -0.8), [50], [0]),
        ((0.5, -0.5, 0.5, -0.5, 0.5), [50, 100, 150], [0, 101]),
        ((0, 1, -1, 0), [50, 100], [0]),
        ((0, 1, -1, 1, -1, 0), [50, 100, 150, 200], [0, 125]),
        ((0, -1, 1, -1, 1, 0), [50, 100, 150, 200], [0, 125]),
        ((0, 1, 0, 0.6), [50, 100], [0, 101]),
        ((0, 1.2, 0.2, 1.2, 0.2), [50, 100, 150], [0, 101]),
    ],
)
def test_scans_and_sweeps(corners, turns, starts, noise, tmp_path):
    potential = zigzag(*corners, noise=noise)
    rows = [[f"{value:.6f}" for value in potential], ["1e-6"] * len(potential)]
    curve = read(tmp_path, "E/V,I/A\n" + table(rows, ","))
    found = np.flatnonzero(np.diff(curve.direction))
    slack = 3 if noise else 0
    assert len(found) == len(turns)
    np.testing.assert_allclose(found, turns, atol=slack)
    first = np.sign(corners[1] - corners[0])
    np.testing.assert_array_equal(curve.direction[[0, 25]], [first, first])
    assert curve.n_scans == len(starts)
    found = np.flatnonzero(np.diff(curve.scan_number, prepend=0))
    np.testing.assert_allclose(found, starts, atol=slack)


def test_a_point_measured_twice_at_the_turn(tmp_path):
    # As the course's own curves have it: up to 0.8 V, and down from 0.8 V again.
    rows = [["0", "0.4", "0.8", "0.8", "0.4", "0"], ["1", "2", "3", "-3", "-2", "-1"]]
    curve = read(tmp_path, "E/V,I/A\n" + table(rows, ","))
    np.testing.assert_array_equal(curve.direction, [1, 1, 1, -1, -1, -1])
    assert curve.n_scans == 1


def test_one_scan_one_sweep_and_the_repr(tmp_path):
    curve = read(tmp_path, GOOD)
    second = curve.scan(2)
    np.testing.assert_allclose(second.potential, POTENTIAL[curve.scan_number == 2])
    assert second.n_scans == 2
    assert len(second) + len(curve.scan(1)) == len(curve) == 40
    rising = curve.sweep(1)
    np.testing.assert_allclose(rising.current, CURRENT[DIRECTION == 1], rtol=1e-5)
    assert repr(curve) == (
        "<Voltammogram 'curve.csv': 40 points, 2 scans, -0.2 to 0.3 V, -4e-05 to 3e-05 A>"
    )
    assert "1 scan," in repr(second)
    assert "no points" in repr(second.sweep(1).scan(1))
    with pytest.raises(ValueError, match="from 1 to 2, got 3"):
        curve.scan(3)
    with pytest.raises(ValueError, match="rising"):
        curve.sweep(0)
    with pytest.raises(AttributeError):
        curve.potential = 0


def test_scans_that_are_not_counted_from_one(tmp_path):
    columns = [*two(1), [str(k // 20 * 5) for k in range(40)]]
    curve = read(tmp_path, "E/V,I/A,cycle number\n" + table(columns, ","))
    np.testing.assert_array_equal(curve.scan_number, SCAN)


def test_sweeps_of_scans_side_by_side(tmp_path):
    content = "V,A,V,A\n0.1,1,0.5,1\n0.2,1,0.4,1\n0.3,1,0.3,1\n0.2,1,,\n"
    curve = read(tmp_path, content)
    np.testing.assert_array_equal(curve.direction, [1, 1, 1, -1, -1, -1, -1])
    np.testing.assert_array_equal(curve.scan_number, [1, 1, 1, 1, 2, 2, 2])


def test_notes_say_what_was_found(tmp_path):
    name, text, encoding = LAYOUTS["BioLogic"]
    curve = read(tmp_path, text.encode(encoding), name)
    notes = " | ".join(curve.notes)
    for part in (
        "latin-1",
        "separated by tabs",
        "decimal comma",
        "line 14",
        "potential in V from 'Ewe/V'",
        "current in mA from '<I>/mA'",
        "'control/V'",
        "scans as column 'cycle number'",
    ):
        assert part in notes


# Any table that is written right is read right


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    separator=st.sampled_from([",", ";", "\t", " "]),
    decimal=st.sampled_from([".", ","]),
    units=st.tuples(st.sampled_from(["V", "mV"]), st.sampled_from(["A", "mA", "µA", "uA", "nA"])),
    style=st.sampled_from(["{} ({})", "{}/{}", "{} [{}]", "{}_{}"]),
    order=st.permutations(["potential", "current", "time"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1"]),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    remarks=st.lists(st.sampled_from(["cv of ferrocene", "# 0.1 V/s", "", "Init E (V) = 0.1"])),
    last_newline=st.booleans(),
    currents=st.lists(st.floats(-1, 1), min_size=12, max_size=12),
)
def test_round_trip(
    tmp_path,
    separator,
    decimal,
    units,
    style,
    order,
    encoding,
    newline,
    remarks,
    last_newline,
    currents,
):
    if separator == "," == decimal:
        decimal = "."
    potential = np.array([-3, -1, 2, 5, 8, 11, 9, 6, 3, 0, -2, -3]) / 10
    current = 1e-4 * np.array(currents)
    factors = {"V": 1, "mV": 1e3, "A": 1, "mA": 1e3, "µA": 1e6, "uA": 1e6, "nA": 1e9}
    columns = {
        "potential": [style.format("Potential", units[0]), *(potential * factors[units[0]])],
        "current": [style.format("Current", units[1]), *(current * factors[units[1]])],
        "time": [style.format("Time", "s"), *np.arange(12.0)],
    }
    lines = list(remarks)
    for row in zip(*(columns[name] for name in order), strict=True):
        cells = [c if isinstance(c, str) else f"{c:.9e}".replace(".", decimal) for c in row]
        lines.append(separator.join(cells))
    text = newline.join(lines) + newline * last_newline
    (tmp_path / "curve.txt").write_bytes(text.encode(encoding))
    curve = read_voltammogram(tmp_path / "curve.txt")
    np.testing.assert_allclose(curve.potential, potential, rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(curve.current, current, rtol=1e-8, atol=1e-300)
    np.testing.assert_array_equal(curve.direction, [1] * 6 + [-1] * 6)
