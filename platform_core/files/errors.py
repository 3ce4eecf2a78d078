"""What can be wrong with a file that somebody brings: each with a message that says what to do, and an HTTP status."""


class FileError(Exception):
    """The file cannot be taken; the message is fit for the person who brought it."""

    code = "file_refused"
    status = 422


class TooLargeError(FileError):
    """More bytes than its purpose takes."""

    code = "file_too_large"
    status = 413


class UnknownPurposeError(FileError):
    """Nobody takes files for this purpose."""

    code = "unknown_purpose"
    status = 400


class WrongTypeError(FileError):
    """The content is not of a kind that the purpose takes."""

    code = "wrong_type"


class NoRoomError(FileError):
    """The platform's own storage is full. Nothing was lost."""

    code = "no_room"
    status = 507
