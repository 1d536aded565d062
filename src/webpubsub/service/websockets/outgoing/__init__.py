"""What is on its way to clients: to one, and to many at once.

An ``outbox`` has what one client is sent, and the ``flusher`` sees to it that it is written. What
many are sent together is said in a run (``runs``), to members who are told in the same way
(``lanes``). All that is not written yet is the ``backlog``, which is written in ``pieces``, by
``turns``, past the transports where that can be done (``sending``). Specification: client-protocols
section 2.1.
"""
