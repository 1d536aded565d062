"""How a process that has run functions ends."""

import atexit
import os
import sys
import threading


def leave_threads_behind(code: int = 0) -> None:
    """End the process, with this exit code, although a function is still at work in a thread.

    A thread cannot be stopped, and the interpreter would wait for it for ever. What the app has
    registered with ``atexit`` runs all the same.
    """
    others = (thread for thread in threading.enumerate() if thread is not threading.main_thread())
    if any(not thread.daemon for thread in others):
        atexit._run_exitfuncs()  # noqa: SLF001 - no other way runs them without waiting for threads
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
