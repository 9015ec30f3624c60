"""Functions of at most 60 lines."""

import ast

from tests.architecture.tree import ROOT, python_files

LONGEST_FUNCTION = 60
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def long_functions(source):
    return [
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, FUNCTIONS)
        and node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
    ]


def test_no_function_is_longer_than_a_screen():
    found = {
        str(path.relative_to(ROOT)): names
        for path in python_files()
        if (names := long_functions(path.read_text()))
    }

    assert found == {}


def test_a_function_of_sixty_one_lines_is_noticed():
    body = "\n".join("    a = 1" for _ in range(LONGEST_FUNCTION))

    assert long_functions(f"def long():\n{body}") == ["long"]
    assert long_functions(f"def short():\n{body[: body.rindex(chr(10))]}") == []
