"""Tracebacks as users want them: their own code, not the machinery around it."""

import traceback
from pathlib import Path
from types import TracebackType

import msgspec

from webpubsub.host.worker import FunctionFailure

_OWN_DIRECTORY = str(Path(__file__).parent)
_INSTALLED = frozenset({"site-packages", "dist-packages"})


def is_of_app(filename: str, app_directory: Path) -> bool:
    """Whether a file is part of the app itself: below its directory, and not an installed
    package."""
    path = Path(filename)
    return path.is_relative_to(app_directory) and not _INSTALLED & set(path.parts)


def app_traceback(error: BaseException, app_directory: Path) -> str:
    """The traceback with the app's own frames only, those of causes likewise."""
    report = traceback.TracebackException.from_exception(error)
    seen: list[traceback.TracebackException] = [report]
    for part in seen:
        own = [frame for frame in part.stack if is_of_app(frame.filename, app_directory)]
        part.stack = traceback.StackSummary.from_list(own)
        seen += [cause for cause in (part.__cause__, part.__context__) if cause is not None]
    return "".join(report.format())


def as_failure(error: BaseException) -> FunctionFailure:
    """What user code raised, with its traceback from the first frame that is not ours."""
    frames = _without_own(error.__traceback__)
    return FunctionFailure(
        type=type(error).__name__,
        message=text_of(error),
        stack_trace="".join(traceback.format_exception(type(error), error, frames)),
    )


def printable(text: str) -> str:
    """Text that can be written: half a surrogate pair is not."""
    return text.encode(errors="backslashreplace").decode()


def printable_failure(failure: FunctionFailure) -> FunctionFailure:
    """A failure whose texts can be written."""
    texts = {name: printable(text) for name, text in msgspec.structs.asdict(failure).items()}
    return FunctionFailure(**texts)


def _without_own(frames: TracebackType | None) -> TracebackType | None:
    """What comes after our last frame: between ours there may be those of a thread pool."""
    remaining = frames
    while frames is not None:
        if frames.tb_frame.f_code.co_filename.startswith(_OWN_DIRECTORY):
            remaining = frames.tb_next
        frames = frames.tb_next
    return remaining


def text_of(error: BaseException) -> str:
    """``str(error)``, which may be code of the user and fail."""
    try:
        return str(error)
    except Exception:
        return "(the text of the exception cannot be made)"


def one_line(error: BaseException) -> str:
    """``text_of(error)`` with its lines joined."""
    return " ".join(text_of(error).split())
