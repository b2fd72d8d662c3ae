"""Verify a bundle of evidence offline, with Python alone: python verify_bundle.py BUNDLE.zip [FINGERPRINT]

Says what was touched, a line each, and exits with 1; or that the bundle is whole, and exits with 0. Give the
fingerprint of the key that the utility publishes, and it is compared.
"""

import hashlib
import json
import sys
import zipfile

# Ed25519 (RFC 8032, section 5.1), verification only; points as (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z.
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def _sha256(data):
    return hashlib.sha256(data).hexdigest()


def _add(a, b):
    e, f = (a[1] - a[0]) * (b[1] - b[0]), (a[1] + a[0]) * (b[1] + b[0])
    c, d = 2 * a[3] * b[3] * D, 2 * a[2] * b[2]
    e, f, g, h = f - e, d - c, d + c, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(number, point):
    result = (0, 1, 1, 0)
    for bit in bin(number)[:1:-1]:
        result, point = _add(result, point) if bit == "1" else result, _add(point, point)
    return result


def _point(encoded):
    sign, y = encoded[31] >> 7, int.from_bytes(encoded, "little") & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        return None
    return (x := P - x if x & 1 != sign else x), y, 1, x * y % P


def signed_by(key, message, signature):
    """Whether ``signature`` (64 bytes) of ``message`` was made by the owner of ``key`` (32 bytes)."""
    a, r, s = _point(key), _point(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L or len(key) != 32 or len(signature) != 64:
        return False
    base = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    left, right = _times(s, base), _add(r, _times(k, a))
    return not (
        (left[0] * right[2] - right[0] * left[2]) % P or (left[1] * right[2] - right[1] * left[2]) % P
    )


def fingerprint(key):
    """A public key as people compare it: 32 digits of its SHA-256, in groups of four."""
    digits = _sha256(key)[:32]
    return " ".join(digits[at : at + 4] for at in range(0, 32, 4))


def faults(bundle, expected=""):
    """What is wrong with a bundle (a path or an open file), one line each; and its manifest."""
    found = []
    with zipfile.ZipFile(bundle) as archive:
        names = archive.namelist()
        read = {name: archive.read(name) for name in names if archive.getinfo(name).file_size <= 1 << 28}
    signed, entries = read["manifest.json"], (manifest := json.loads(read["manifest.json"]))["entries"]
    key, signature = bytes.fromhex(manifest["public_key"]), bytes.fromhex(read["signature.txt"].decode())
    if not signed_by(key, signed, signature):
        found.append("manifest.json: is not what was signed")
    if expected and expected.replace(" ", "") != fingerprint(key).replace(" ", ""):
        found.append(f"signature.txt: was made with another key, {fingerprint(key)}")
    listed = {"manifest.json", "signature.txt", "timestamp.tsr", "verify_bundle.py", *manifest["documents"]}
    head = _sha256(f"curbstop-evidence/1:{manifest['request']}".encode())
    for number, entry in enumerate(entries, 1):
        named = f"entry {number} ({entry['kind']}, {entry['subject']})"
        chained = [head, number, *(entry[name] for name in ("sealed_at", "kind", "subject", "commitment"))]
        head = _sha256(json.dumps(chained, ensure_ascii=False, separators=(",", ":")).encode())
        if (entry["number"], entry["hash"]) != (number, head):
            found.append(f"{named}: does not fit the chain")
            head = entry["hash"]
        if entry["erased_at"]:
            continue
        listed |= {entry["content"], entry["file"]}
        content = read.get(entry["content"], b"")
        if _sha256(bytes.fromhex(entry["salt"]) + content) != entry["commitment"]:
            found.append(f"{entry['content']}: is not what was sealed as {named}")
        elif picture := json.loads(content).get("file"):
            later = [other for other in entries[number:] if other["subject"] == entry["subject"]]
            deleted = entry["file"] is None and any(not other["file"] for other in later)
            if not deleted and _sha256(read.get(entry["file"], b"")) != picture:
                found.append(f"{entry['file']}: is not the picture that was sealed as {named}")
    if head != manifest["head"]:
        found.append("manifest.json: the chain does not end where it says")
    for name, was in manifest["documents"].items():
        if _sha256(read.get(name, b"")) != was:
            found.append(f"{name}: is not what was signed")
    found += [f"{name}: does not belong to the bundle" for name in sorted(set(names) - listed)]
    return found + [f"{name}: is there twice" for name in read if names.count(name) > 1], manifest


if __name__ == "__main__":
    touched, manifest = faults(sys.argv[1], "".join(sys.argv[2:]))
    key = fingerprint(bytes.fromhex(manifest["public_key"]))
    if not touched:
        sys.stdout.write(f"whole: {len(manifest['entries'])} entries, key {key}\n")
    sys.exit("\n".join(touched) or 0)
