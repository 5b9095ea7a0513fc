"""union.py FILE...: what `gridlock merge` makes of them, by the book: of each kind and key the body that comes first, and of all runs the larger
count."""
import gzip
import json
import sys

KINDS = ["meta", "module", "lock", "stack", "dependency", "finding", "end"]


def lines(path):
    with open(path, "rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    with (gzip.open if packed else open)(path, "rt", encoding="utf-8") as file:
        yield from file


known = {}
for path in sys.argv[1:]:
    for text in lines(path):
        record = json.loads(text)
        if record["kind"] == "end":
            continue
        runs = record.pop("runs", None)
        body = json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode()
        entry = known.setdefault((KINDS.index(record["kind"]), record["key"]), [body, None])
        # Without the brace behind it, as a shorter body comes before a longer one.
        entry[0] = min(entry[0], body, key=lambda one: one[:-1])
        if runs is not None:
            entry[1] = entry[1] or {}
            for run, count in runs.items():
                entry[1][run] = max(entry[1].get(run, 0), count)
for _, (body, runs) in sorted(known.items()):
    if runs is not None:
        body = body[:-1] + b',"runs":' + json.dumps(dict(sorted(runs.items())), separators=(",", ":")).encode() + b"}"
    sys.stdout.buffer.write(body + b"\n")
sys.stdout.buffer.write(b'{"kind":"end","records":%d}\n' % len(known))
