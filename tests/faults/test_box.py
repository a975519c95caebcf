"""The servers in the box: they start anywhere, survive being killed, and leave nothing."""


def test_it():
    import os

    assert os.environ["DATABASE_URL"]
