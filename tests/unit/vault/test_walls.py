"""One module knows the cipher library, and nothing shows a key by accident."""

import ast
from pathlib import Path

import portal
from portal.vault.unlock import OpenVault, _Held

ROOT = Path(portal.__file__).resolve().parent.parent
DOOR = ROOT / "portal" / "vault" / "primitives.py"
CIPHERS = {"nacl", "cryptography", "Crypto", "Cryptodome"}


def _imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def _sources():
    for package in ("portal", "counselling"):
        yield from (ROOT / package).rglob("*.py")


def test_one_module_imports_the_cipher_library():
    found = {path for path in _sources() if CIPHERS & set(_imports(path))}
    assert found == {DOOR}


def test_the_walk_sees_a_planted_import(tmp_path):
    planted = tmp_path / "planted.py"
    planted.write_text("def f():\n    from nacl.secret import Aead\n    return Aead\n")
    assert CIPHERS & set(_imports(planted))


def test_no_repr_shows_a_key():
    key = b"\xab" * 32
    assert "xab" not in repr(OpenVault(key))
    assert "xab" not in str(OpenVault(key))
    assert "xab" not in repr(_Held(None, None, None, key))
