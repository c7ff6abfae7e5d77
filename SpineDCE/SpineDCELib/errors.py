"""Errors that a user reads: one sentence that names the thing and says what to do."""


class SpineDCEError(ValueError):
    """Something a user can mend. ``str(error)`` is the whole message; no traceback is needed."""


class InputError(SpineDCEError):
    """A file, folder, option or argument cannot be used as given."""


class Cancelled(Exception):
    """Raised from a progress callback to stop long work; nothing already finished is lost."""
