"""Judges events, one JSON text a line, by JSON Schemas of @pipeline/schema.

    cd node_modules/@pipeline/schema/schemas
    python3 validate.py event.json purchase.json signup.json < events.ndjson

An event is judged by the schema whose title is its type, else by the first. Prints `valid` or `invalid` and why for each
line, and ends with 1 when any is invalid. Needs the package `jsonschema`.
"""

import json
import sys

from jsonschema import Draft202012Validator


def load(path):
    with open(path, encoding="utf-8") as file:
        schema = json.load(file)
    Draft202012Validator.check_schema(schema)
    return schema["title"], Draft202012Validator(schema)


def refuse(name):
    raise ValueError(f"{name} is not JSON")


def judge(validators, line):
    try:
        # The pipeline reads strict UTF-8 and strict JSON, and numbers as doubles, and so does this.
        event = json.loads(line.decode("utf-8"), parse_int=float, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        return f"invalid: {type(error).__name__}"
    name = event.get("event_type") if isinstance(event, dict) else None
    first = next(iter(validators.values()))
    validator = validators.get(name, first) if isinstance(name, str) else first
    error = next(validator.iter_errors(event), None)
    return "valid" if error is None else f"invalid: {error.json_path}: breaks {error.validator}"


def main(paths):
    validators = dict(load(path) for path in paths)
    verdicts = [judge(validators, line) for line in sys.stdin.buffer]
    sys.stdout.write("".join(f"{verdict}\n" for verdict in verdicts))
    return 0 if all(verdict == "valid" for verdict in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
