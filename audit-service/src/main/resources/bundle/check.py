"""Checks a bundle of OpenClaw Gateway with RFC 9162 alone: python3 check.py [BUNDLE.zip | DIRECTORY]."""
import base64, hashlib, json, pathlib, sys, zipfile


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaf, index, size, proof):  # RFC 9162, section 2.1.3.2
    fn, sn, r = index, size - 1, hashlib.sha256(b"\x00" + leaf).digest()
    for sibling in proof:
        assert sn > 0, "the proof is too long"
        if fn & 1 or fn == sn:
            r = node(sibling, r)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node(r, sibling)
        fn, sn = fn >> 1, sn >> 1
    assert sn == 0, "the proof is too short"
    return r


where = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
read = zipfile.ZipFile(where).read if where.is_file() else lambda name: (where / name).read_bytes()
origin, size, root = read("checkpoint").decode().split("\n")[:3]
events = [json.loads(line) for line in read("events.jsonl").splitlines()]
for event in events:
    path = [base64.b64decode(each) for each in event["proof"]]
    found = root_of(event["leaf"].encode(), event["position"], int(size), path)
    assert 0 <= event["position"] < int(size) and found == base64.b64decode(root), event["position"]
print(f"{len(events)} events are in the tree of {origin} with {size} events and the root {root}")
