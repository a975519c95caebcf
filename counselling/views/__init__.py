"""The pages of this room: a client's in ``times`` and ``own``, a counsellor's in the others."""
