"""Validates NDJSON events against the JSON Schemas of @pipeline/schema.

    cd node_modules/@pipeline/schema/schemas
    python3 validate.py event.json purchase.json signup.json < events.ndjson

An event is validated by the schema whose title is its type, else by the first. Prints `valid`, or `invalid` with the reason, for
each line, and exits with 1 if any is invalid. Requires the package `jsonschema`.
"""

import json
import sys

from jsonschema import Draft202012Validator


def load(path):
    with open(path, encoding="utf-8") as file:
        schema = json.load(file)
    Draft202012Validator.check_schema(schema)
    return schema["title"], Draft202012Validator(schema)


def reject_constant(name):
    raise ValueError(f"{name} is not JSON")


def validate(validators, line):
    try:
        # Strict UTF-8, strict JSON, and numbers as doubles, like the pipeline.
        event = json.loads(line.decode("utf-8"), parse_int=float, parse_constant=reject_constant)
    except (ValueError, RecursionError) as error:
        return f"invalid: {type(error).__name__}"
    name = event.get("event_type") if isinstance(event, dict) else None
    first = next(iter(validators.values()))
    validator = validators.get(name, first) if isinstance(name, str) else first
    error = next(validator.iter_errors(event), None)
    return "valid" if error is None else f"invalid: {error.json_path}: violates {error.validator}"


def main(paths):
    validators = dict(load(path) for path in paths)
    results = [validate(validators, line) for line in sys.stdin.buffer]
    sys.stdout.write("".join(f"{result}\n" for result in results))
    return 0 if all(result == "valid" for result in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
