"""Small files as potentiostats' programs lay them out, written for these tests.

Every layout holds the same measurement: two scans, -0.2 V to 0.3 V and back, in steps of 0.05 V,
40 points; the current is 1 µA times the point's number, from 1, and negative on the way back.
"""

import numpy as np

UP = np.arange(-20, 30, 5) / 100
POTENTIAL = np.tile(np.concatenate([UP, np.arange(30, -20, -5) / 100]), 2)
DIRECTION = np.tile(np.repeat([1, -1], 10), 2)
# The first point of the way back is the turning point, with which the way up ends.
DIRECTION[10::20] = 1
DIRECTION[20] = -1
CURRENT = 1e-6 * (1 + np.arange(40)) * np.tile(np.repeat([1, -1], 10), 2)
SCAN = np.repeat([1, 2], 20)


def table(columns, separator, start="", end="", newline="\n"):
    rows = zip(*columns, strict=True)
    return "".join(start + separator.join(row) + end + newline for row in rows)


def column(values, form=".6g", decimal="."):
    return [format(value, form).replace(".", decimal) for value in values]


def two(unit_factor=1e6, decimal=".", form=".6g"):
    """Potential in volts and current in units of 1 / unit_factor amperes."""
    potential = column(POTENTIAL, ".3f", decimal)
    return potential, column(CURRENT * unit_factor, form, decimal)


INDEX = [str(k) for k in range(40)]
TIME = column(np.arange(40) * 0.5, ".2f")


def gamry(decimal="."):
    """Gamry Framework's .DTA: keywords, then one table a cycle; text among the columns."""
    text = "EXPLAIN\r\nTAG\tCV\r\nTITLE\tLABEL\tCyclic Voltammetry\tTest &Identifier\r\n"
    text += (
        "VINIT\tPOTEN\t-2.00000E-001\tF\tInitial &E (V)\r\nSCANRATE\tQUANT\t1.00000E+002\tScan\r\n"
    )
    text += "OCVCURVE\tTABLE\t2\r\n\tPt\tT\tVf\tVm\tAch\tOver\tTemp\r\n"
    text += "\t#\ts\tV vs. Ref.\tV\tV\tbits\tdeg C\r\n"
    text += "\t0\t0.5\t-2.0E-001\t-2.0E-001\t0\t...........\t25\r\n"
    text += "\t1\t1\t-2.0E-001\t-2.0E-001\t0\t...........\t25\r\n"
    rest = [["0"] * 20, ["-0.2"] * 20, ["0"] * 20, ["9"] * 20, ["..........a"] * 20, ["25"] * 20]
    potential = column(POTENTIAL, ".5E", decimal)
    current = column(CURRENT, ".5E", decimal)
    for scan in range(2):
        part = slice(20 * scan, 20 * scan + 20)
        text += (
            f"CURVE{scan + 1}\tTABLE\t20\r\n\tPt\tT\tVf\tIm\tVu\tSig\tAch\tIERange\tOver\tTemp\r\n"
        )
        text += "\t#\ts\tV vs. Ref.\tA\tV\tV\tV\t#\tbits\tdeg C\r\n"
        columns = [INDEX[part], TIME[part], potential[part], current[part], *rest]
        text += table(columns, "\t", start="\t", newline="\r\n")
    return text + "EXPERIMENTABORTED\tTOGGLE\tF\tExperiment Aborted\r\n"


def biologic(decimal=","):
    """BioLogic EC-Lab's .mpt: Latin-1, the number of header lines in the second line."""
    settings = [
        "Cyclic Voltammetry",
        "",
        "Run on channel : 1 (SN 1234)",
        "Electrode surface area : 0,001 cm²",
        "Ei (V)              -0,200              ",
        "dE/dt               100,000             ",
        "E1 (V)              0,300               ",
        "E2 (V)              -0,200              ",
        "nc cycles           1                   ",
        "",
    ]
    names = "mode\tox/red\terror\tcontrol changes\ttime/s\tcontrol/V\tEwe/V\t<I>/mA\t"
    names += "cycle number\tP/W\t"
    text = f"EC-Lab ASCII FILE\r\nNb header lines : {len(settings) + 4}\r\n\r\n"
    text += "\r\n".join(settings) + f"\r\n{names}\r\n"
    columns = [
        ["2"] * 40,
        column((DIRECTION > 0).astype(int)),
        ["0"] * 40,
        ["0"] * 40,
        column(np.arange(40) * 0.5, ".15E", decimal),
        column(POTENTIAL + 1e-4, ".7E", decimal),
        column(POTENTIAL, ".7E", decimal),
        column(CURRENT * 1e3, ".7E", decimal),
        column(SCAN, ".15E", decimal),
        column(np.zeros(40), ".7E", decimal),
    ]
    return text + table(columns, "\t", newline="\r\n")


def ch_instruments(segments=True):
    """CH Instruments' "Convert to Text": settings, "Potential/V, Current/A", segments."""
    text = "Nov. 20, 2026   14:03:21\nCyclic Voltammetry\nFile: c:\\chi\\ferrocene.bin\n"
    text += "Data Source: Experiment\nInstrument Model:  CHI660E\nHeader: \nNote: \n\n"
    text += "Init E (V) = -0.2\nHigh E (V) = 0.3\nLow E (V) = -0.2\nInit P/N = P\n"
    text += "Scan Rate (V/s) = 0.1\nSegment = 4\nSample Interval (V) = 0.05\nQuiet Time (sec) = 2\n"
    text += "Sensitivity (A/V) = 1e-5\n\nSegment 1:\nEp = 0.25V\nip = -9.0e-6A\n\n"
    text += "Potential/V, Current/A\n\n"
    rows = table(two(1, form=".3e"), ", ").splitlines(keepends=True)
    for segment in range(4):
        if segment and segments:
            text += f"\nSegment {segment + 1}:\n"
        text += "".join(rows[10 * segment : 10 * segment + 10])
    return text


def nova(separator=";"):
    """Metrohm Autolab NOVA's ASCII export."""
    names = "Potential applied (V)|Time (s)|WE(1).Current (A)|WE(1).Potential (V)|Scan|Index"
    applied = column(POTENTIAL + 0.0003, ".6f")
    columns = [applied, TIME, column(CURRENT, ".5E"), column(POTENTIAL), column(SCAN), INDEX]
    return names.replace("|", separator) + "\n" + table(columns, separator)


def pstrace():
    """PalmSens PSTrace's CSV: UTF-16, scans side by side, units the only names."""
    title = "Cyclic Voltammetry: CV i vs E Scan"
    text = "Date and time:,2026-11-20 14:03:21\nNotes:,\n,,,\n"
    text += (
        f"{title} 1,,{title} 2,\n" + "Date and time measurement:,2026-11-20 14:00:00," * 2 + "\n"
    )
    text += "V,µA,V,µA\n"
    potential, current = two()
    columns = [potential[:20], current[:20], potential[20:], current[20:]]
    return text + table(columns, ",")


def versastudio():
    """Princeton Applied Research VersaStudio's .par: tags, a Definition line, segments."""
    text = "<Application>\nName=VersaStudio\nVersion=2.60.6\n</Application>\n\n"
    text += (
        "<Action1>\nName=Cyclic Voltammetry (Multiple Cycles)\nScan Rate (V/s)=0.1\n</Action1>\n"
    )
    names = "Segment #, Point #, E(V), I(A), Elapsed Time(s), ADC Sync Input(V), E Applied(V), 0"
    potential, current = two(1, form=".6E")
    for segment in range(2):
        part = slice(20 * segment, 20 * segment + 20)
        text += f"\n<Segment{segment + 1}>\nType=2\nVersion=3\nDefinition={names}\n"
        number = [str(segment)] * 20
        columns = [number, INDEX[part], potential[part], current[part], TIME[part]]
        text += table([*columns, ["0"] * 20, potential[part], ["0"] * 20], ",")
        text += f"</Segment{segment + 1}>\n"
    return text


def ivium():
    """Ivium's text export: a line with the date, names with units, spaces."""
    text = "20/11/2026 14:03:21 cv ferrocene\n      time/s             I/A             E/V\n"
    potential, current = two(1, form=".6e")
    return text + table([TIME, current, potential], "    ", start="  ")


def quoted():
    """A spreadsheet's CSV in a country with decimal commas that keeps its comma separators."""
    potential, current = two(1e6, ",")
    rows = zip(potential, current, strict=True)
    return '"Potential (V)","Current (uA)"\n' + "".join(f'"{e}","{i}"\n' for e, i in rows)


def sections():
    """One table after another, each with its names."""
    potential, current = two(1e9, form=".0f")
    head = "E/mV\tI/nA\n"
    potential = column(POTENTIAL * 1e3, ".1f")
    rows = table([potential, current], "\t").splitlines(keepends=True)
    return f"Scan 1\n{head}{''.join(rows[:20])}\nScan 2\n{head}{''.join(rows[20:])}"


# name -> (file name, text, encoding)
LAYOUTS = {
    "comma": ("a.csv", "E/V,I/A\n" + table(two(1), ","), "utf-8"),
    "semicolon and decimal comma": (
        "a.csv",
        "Potential (V);Current (µA)\n" + table(two(1e6, ","), ";"),
        "utf-8",
    ),
    "semicolon, Latin-1": ("a.csv", "E [V];I [µA]\n" + table(two(), ";"), "latin-1"),
    "byte order mark": ("a.csv", "Potential [V],Current [μA]\n" + table(two(), ","), "utf-8-sig"),
    "tab and millivolts": (
        "a.txt",
        "Voltage (mV)\tCurrent (nA)\n"
        + table([column(POTENTIAL * 1e3), column(CURRENT * 1e9)], "\t"),
        "utf-8",
    ),
    "spaces": (
        "a.txt",
        "Potential (V) Current (mA)\n" + table(two(1e3), "   ", start="  "),
        "ascii",
    ),
    "comments": (
        "a.txt",
        "# cv of ferrocene, 0.1 V/s\n# E_V, I_uA\n" + table(two(), ","),
        "ascii",
    ),
    "row of units": ("a.csv", "t;E;I\ns;V vs. SCE;pA\n" + table([TIME, *two(1e12)], ";"), "utf-8"),
    "units said in words": (
        "a.csv",
        "Potential unit: mV\nCurrent unit: mA\nPotential,Current\n"
        + table([column(POTENTIAL * 1e3), column(CURRENT * 1e3)], ","),
        "utf-8",
    ),
    "trailing separators": ("a.csv", "I/A;E/V;\n" + table(two(1)[::-1], ";", end=";"), "utf-8"),
    "old Macintosh": ("a.csv", ("E/V,I/A\n" + table(two(1), ",")).replace("\n", "\r"), "ascii"),
    "quoted": ("a.csv", quoted(), "utf-8"),
    "sections": ("a.txt", sections(), "utf-8"),
    "Gamry": ("a.DTA", gamry(), "latin-1"),
    "Gamry, decimal comma": ("a.DTA", gamry(","), "latin-1"),
    "BioLogic": ("a.mpt", biologic(), "latin-1"),
    "BioLogic, decimal point": ("a.mpt", biologic("."), "latin-1"),
    "CH Instruments": ("a.txt", ch_instruments(), "ascii"),
    "CH Instruments, one piece": ("a.txt", ch_instruments(segments=False), "ascii"),
    "NOVA": ("a.csv", nova(), "utf-8"),
    "NOVA, tab": ("a.txt", nova("\t"), "utf-8"),
    "PSTrace": ("a.csv", pstrace(), "utf-16"),
    "PSTrace, no byte order mark": ("a.csv", pstrace(), "utf-16-le"),
    "PSTrace, big-endian": ("a.csv", pstrace(), "utf-16-be"),
    "applied potential only": ("a.csv", "E applied/V,I/A\n" + table(two(1), ","), "utf-8"),
    "VersaStudio": ("a.par", versastudio(), "utf-8"),
    "Ivium": ("a.txt", ivium(), "utf-8"),
}
