"""Write the vectors beside this file: `python tests/vectors/signing/generate.py`.

Every outcome is stated here, none is asked of the code under test. Seeds are fixed and ECDSA is
deterministic (RFC 6979), so a second run writes the same files.
"""

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def canonical() -> dict[str, Any]:
    accepted = {
        "empty object": ({}, "{}"),
        "empty array": ([], "[]"),
        "keys in order of their characters": (
            {"b": 1, "a": 2, "B": 3, "": 4, "aa": 5, "10": 6, "9": 7, " ": 8, "~": 9},
            '{"":4," ":8,"10":6,"9":7,"B":3,"a":2,"aa":5,"b":1,"~":9}',
        ),
        "only two characters are escaped": ('"\\/<&\'', '"\\"\\\\/<&\'"'),
        "largest integers": ([2**53 - 1, 1 - 2**53], "[9007199254740991,-9007199254740991]"),
        "zero and booleans": ([0, True, False], "[0,true,false]"),
        "eight deep": ([[[[{"a": [[[]]]}]]]], '[[[[{"a":[[[]]]}]]]]'),
        "a payment": (
            {
                "type": "pay",
                "created": 1795312980,
                "legs": [{"amount": 90, "currency": "HRS", "payee": "0b" * 16}],
            },
            '{"created":1795312980,"legs":[{"amount":90,"currency":"HRS","payee":"'
            + "0b" * 16
            + '"}],"type":"pay"}',
        ),
    }
    refused: dict[str, bytes | str] = {
        "nothing": "",
        "null": '{"a":null}',
        "keys out of order": '{"b":1,"a":2}',
        "key twice": '{"a":1,"a":1}',
        "key twice, deeper": '{"a":[{"b":1,"b":2}]}',
        "space after colon": '{"a": 1}',
        "space before": " {}",
        "line end after": "{}\n",
        "carriage return": "{\r}",
        "two values": "{}{}",
        "trailing comma": "[1,]",
        "single quotes": "{'a':1}",
        "not closed": '{"a":1',
        "brackets of two kinds": "[}",
        "float": "1.0",
        "float with exponent": "1e2",
        "capital exponent": "1E2",
        "minus zero": "-0",
        "leading zero": "01",
        "plus sign": "+1",
        "2^53": "9007199254740992",
        "-2^53": "-9007199254740992",
        "seventeen digits": "10000000000000000",
        "five thousand digits": "1" * 5000,
        "NaN": "NaN",
        "infinity": "-Infinity",
        "capital boolean": "True",
        "escaped letter": '"\\u0041"',
        "escaped slash": '"\\/"',
        "escaped line end": '"\\n"',
        "escaped e acute": '"\\u00e9"',
        "lone surrogate": '"\\ud800"',
        "backslash at the end": '"\\"',
        "tab in a string": '"\t"',
        "delete in a string": '"\x7f"',
        "NUL": '"\x00"',
        "e acute": '"\u00e9"',
        "emoji": '"\U0001f600"',
        "e acute in a key": '{"\u00e9":1}',
        "byte order mark": "\ufeff{}",
        "UTF-16": "{}".encode("utf-16"),
        "UTF-32": "{}".encode("utf-32-le"),
        "not UTF-8": b'"\xff"',
        "surrogate in UTF-8": b'"\xed\xa0\x80"',
        "overlong slash": b'"\xc0\xaf"',
        "nine deep": "[" * 9 + "]" * 9,
    }
    return {
        "accepted": [
            {"name": name, "value": value, "bytes": text.encode().hex()}
            for name, (value, text) in accepted.items()
        ],
        "refused": [
            {
                "name": name,
                "bytes": (data if isinstance(data, bytes) else data.encode()).hex(),
                "code": "not_canonical",
            }
            for name, data in refused.items()
        ],
    }


def main() -> None:
    for subject in (canonical,):
        text = json.dumps(subject(), indent=1)
        (HERE / f"{subject.__name__}.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
