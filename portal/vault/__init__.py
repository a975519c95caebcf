"""
Sealing: what the database must not be able to read.

Words: to *seal* and to *open*; a *tag* finds a row without naming its owner; a *vault* is a
person's private key behind a passphrase that is not her password.

Promises: one module (`primitives`) knows the cipher library; the root keys are files outside
the database (`keys`); every seal is bound to the place it stands in, so that a value moved to
another row or column does not open; nothing here writes a key, a passphrase or a plain text to
a log, an exception or a ``repr``.
"""
