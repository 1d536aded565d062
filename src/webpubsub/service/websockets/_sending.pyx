# cython: language_level=3
"""The innermost loop of fan-out, see ``sending.py``."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE

cdef extern from "<sys/socket.h>":
    ssize_t send(int fileno, const void *data, size_t size, int flags)


def send_each(list filenos, list data):
    """Send to each of some non-blocking sockets what is at the same place in ``data``.

    Returns the places of what could not be sent whole, and how many bytes of it were. Why not is
    not told: whoever tries again finds out.
    """
    cdef Py_ssize_t at, size
    cdef ssize_t sent
    cdef bytes one
    cdef list unsent = []
    for at in range(len(filenos)):
        one = data[at]
        size = PyBytes_GET_SIZE(one)
        sent = send(<int>filenos[at], PyBytes_AS_STRING(one), size, 0)
        if sent != size:
            unsent.append((at, max(sent, 0)))
    return unsent
