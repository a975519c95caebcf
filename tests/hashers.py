"""Argon2 as in production, with so little memory that a hundred sign-ins cost nothing."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2(Argon2PasswordHasher):
    """Same algorithm, same format, no effort."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
