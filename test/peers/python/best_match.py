"""What Python's jsonschema says of commands: reads a schema from the file named first, then one JSON text a line from
stdin, and prints the text of the best match, or null, as JSON, one a line."""

import json
import sys

from jsonschema import Draft7Validator
from jsonschema.exceptions import best_match

with open(sys.argv[1], encoding="utf-8") as file:
    validator = Draft7Validator(json.load(file))

for line in sys.stdin:
    error = best_match(validator.iter_errors(json.loads(line)))
    print(json.dumps(None if error is None else error.message), flush=True)
