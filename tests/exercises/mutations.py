"""Small changes to a function's source, one at a time: slips that people make when they type."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator

OPERATORS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Pow: ast.Mult,
    ast.Mod: ast.FloorDiv,
}
COMPARISONS = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}
NAMES = {
    "max": "min",
    "min": "max",
    "maximum": "minimum",
    "minimum": "maximum",
    "argmax": "argmin",
    "argmin": "argmax",
    "sum": "mean",
    "mean": "sum",
    "var": "std",
    "std": "var",
    "sqrt": "square",
    "exp": "expm1",
    "floor": "ceil",
    "ceil": "floor",
    "argsort": "sort",
    "zeros": "ones",
    "ones": "zeros",
}


def mutations(function: Callable) -> Iterator[tuple[str, str]]:
    """(what was changed, such as "line 3: max to min"; the changed source) for each change."""
    source = textwrap.dedent(inspect.getsource(function))
    for place in range(len(_places(ast.parse(source)))):
        tree = ast.parse(source)
        node = _places(tree)[place]
        before = ast.unparse(node)
        _change(node)
        yield f"line {node.lineno}: {before} to {ast.unparse(node)}", ast.unparse(tree)


def _places(tree: ast.AST) -> list[ast.AST]:
    return [node for node in ast.walk(tree) if _can_change(node)]


def _can_change(node: ast.AST) -> bool:
    match node:
        case ast.BinOp() | ast.AugAssign():
            return type(node.op) in OPERATORS
        case ast.Compare():
            return type(node.ops[0]) in COMPARISONS
        case ast.Constant():
            return type(node.value) is int
        case ast.Attribute():
            return node.attr in NAMES
        case ast.UnaryOp():
            return isinstance(node.op, ast.USub)
    return False


def _change(node: ast.AST) -> None:
    match node:
        case ast.BinOp() | ast.AugAssign():
            node.op = OPERATORS[type(node.op)]()
        case ast.Compare():
            node.ops[0] = COMPARISONS[type(node.ops[0])]()
        case ast.Constant():
            node.value += 1
        case ast.Attribute():
            node.attr = NAMES[node.attr]
        case ast.UnaryOp():
            node.op = ast.UAdd()
