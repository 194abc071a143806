"""Prints every kind of question that pyxform makes a form of, one a line."""

from pyxform.errors import PyXFormError
from pyxform.question_type_dictionary import QUESTION_TYPE_DICT
from pyxform.xls2xform import convert

SHEET = """
| survey  |        |      |       |             |
|         | type   | name | label | calculation |
|         | {kind} | one  | One   | {value}     |
|         | text   | two  | Two   |             |
| choices |           |      |       |
|         | list_name | name | label |
|         | marks     | a    | A     |
"""

for kind in sorted(QUESTION_TYPE_DICT):
    of_list = "select" in kind or kind == "rank"
    written = f"{kind} marks" if of_list else kind
    try:
        convert(SHEET.format(kind=written, value="1" if "calculate" in kind else ""), file_type=".md")
    except PyXFormError:
        continue
    print(written)
