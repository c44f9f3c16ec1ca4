"""Writes passlib-vectors.json with Debian's python3-passlib and python3-bcrypt: hashes as the Python backend stored them.

/usr/bin/python3 src/test/resources/passlib-vectors.py > src/test/resources/passlib-vectors.json
"""
import json

from passlib.hash import bcrypt, bcrypt_sha256

PASSWORDS = [
    "correct horse battery staple",
    "hundred " + "0123456789" * 9 + "!!",  # 100 characters: bcrypt reads 72 bytes of them
    "😀🔑🐴🔋📎😀🔑🐴",
    "😀" * 30,  # 120 bytes: bcrypt's 72 end between two characters
    "é" * 20 + "x" * 31 + "é" * 5,  # and here in the middle of one
    "pässwörd mit Ümläuten",
    " spaces around ",
]

vectors = []
for password in PASSWORDS:
    for ident in ("2a", "2b", "2y"):
        vectors.append({"password": password, "hash": bcrypt.using(rounds=4, ident=ident).hash(password)})
    vectors.append({"password": password, "hash": bcrypt_sha256.using(rounds=10).hash(password)})
print(json.dumps(vectors, indent=1, ensure_ascii=False))
