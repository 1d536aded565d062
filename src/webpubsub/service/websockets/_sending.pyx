# cython: language_level=3
"""The innermost loop of fan-out, see ``sending.py``."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE

cdef extern from "<sys/socket.h>":
    ssize_t send(int fileno, const void *data, size_t size, int flags)


def send_all(list filenos, bytes data):
    """Send the same to each of some non-blocking sockets.

    Returns the places of those that did not take it whole, and how many bytes they took. Why not is
    not told: whoever tries again finds out.
    """
    cdef Py_ssize_t at, size = PyBytes_GET_SIZE(data)
    cdef const char *start = PyBytes_AS_STRING(data)
    cdef ssize_t sent
    cdef list unsent = []
    for at in range(len(filenos)):
        sent = send(<int>filenos[at], start, size, 0)
        if sent != size:
            unsent.append((at, max(sent, 0)))
    return unsent
