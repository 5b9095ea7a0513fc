"""schema.py SCHEMA FILE...: are the files as the schema says? Of JSON Lines each line."""
import json
import sys

import jsonschema

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
jsonschema.Draft7Validator.check_schema(schema)
for path in sys.argv[2:]:
    with open(path, encoding="utf-8") as file:
        for document in file if path.endswith(".jsonl") else [file.read()]:
            jsonschema.validate(json.loads(document), schema)
