# cython: language_level=3
"""The innermost loops of fan-out, see ``sending.py``."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE

cdef extern from "<sys/socket.h>":
    ssize_t send(int fileno, const void *data, size_t size, int flags)

cdef extern from "<time.h>":
    struct timespec:
        long tv_sec
        long tv_nsec
    int CLOCK_MONOTONIC
    int clock_gettime(int clock, timespec *time)

cdef extern from "<poll.h>":
    struct pollfd:
        int fd
        short events
        short revents
    int POLLIN
    int poll(pollfd *polled, unsigned long count, int milliseconds)


cdef long long nanoseconds():
    cdef timespec time
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1000000000LL + time.tv_nsec


def is_readable(int fileno):
    """Whether there is something to read now; never, where the number is negative."""
    cdef pollfd polled
    polled.fd = fileno
    polled.events = POLLIN
    return poll(&polled, 1, 0) > 0


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


def send_same(
    list ways,
    Py_ssize_t start,
    Py_ssize_t end,
    int between,
    long long patience,
    bytes data,
    dict apart,
    int others,
):
    """Send the same to the sockets of ``ways`` from one place to another, without those ``apart``;
    or not to all of them, when ``others`` is readable. That is looked for after ``between`` sends
    or a multiple, if the last time was at least ``patience`` nanoseconds ago.

    Returns the place that was reached, and who could not be sent all of it: how many bytes of it
    were, -1 where no socket can be written to.
    """
    cdef Py_ssize_t at, size = PyBytes_GET_SIZE(data)
    cdef ssize_t sent
    cdef int fileno, calls = 0
    cdef long long now, looked = nanoseconds()
    cdef list unsent = []
    for at in range(start, end):
        way = ways[at]
        if apart and way in apart:
            continue
        fileno = way.clear_fileno
        if fileno < 0:
            unsent.append((way, -1))
            continue
        sent = send(fileno, PyBytes_AS_STRING(data), size, 0)
        if sent != size:
            unsent.append((way, max(sent, 0)))
        calls += 1
        if calls % between or others < 0:
            continue
        now = nanoseconds()
        if now - looked < patience:
            continue
        looked = now
        if is_readable(others):
            return at + 1, unsent
    return end, unsent
