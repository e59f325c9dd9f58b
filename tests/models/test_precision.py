"""The precision that a processor's flags choose."""

import pytest

from course_utils.models import fast_precision


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("fpu avx512f avx512_bf16", "mixed_bfloat16"),
        ("fpu amx_tile amx_bf16", "mixed_bfloat16"),
        ("fpu avx512f avx512_fp16 avx512_vnni", "float32"),
    ],
)
def test_the_processors_flags_choose_the_precision(flags, expected, tmp_path):
    path = tmp_path / "cpuinfo"
    path.write_text(f"processor\t: 0\nmodel name\t: A bf16 amx_bf16 chip\nflags\t\t: {flags}\n")
    assert fast_precision(path) == expected


def test_without_flags_it_is_float32(tmp_path):
    assert fast_precision(tmp_path / "missing") == "float32"
    (tmp_path / "arm").write_text("processor: 0\n")
    assert fast_precision(tmp_path / "arm") == "float32"
