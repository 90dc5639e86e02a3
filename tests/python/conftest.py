"""Settings of all tests."""

from hypothesis import settings

# An example takes as long as the machine is busy: that says nothing of it.
settings.register_profile("stoa", deadline=None)
settings.load_profile("stoa")
