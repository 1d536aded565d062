"""What an app prints in a worker process. Specification: functions-python section 8.3."""

import io

from webpubsub.host.current_invocation import CurrentInvocation, current_invocation
from webpubsub.host.python.prints import Prints
from webpubsub.host.workers.worker_messages import Printed


def test_lines_go_to_the_host_when_they_are_whole() -> None:
    """With the invocation that printed the end of them, and as text that can travel."""
    sent: list[Printed] = []
    prints = Prints(sent.append)
    print("at", "import", file=prints)
    print("half", end=" ", file=prints, flush=True)
    token = current_invocation.set(CurrentInvocation("i", "f"))
    try:
        print("a line\nanother \ud800\nrest", end="", file=prints)
    finally:
        current_invocation.reset(token)
    Prints(sent.append, is_error=True).write("to the other\n")
    prints.end()
    assert sent == [
        Printed(text="at import\n"),
        Printed(text="half a line\nanother \\ud800\n", invocation_id="i", function_name="f"),
        Printed(text="to the other\n", is_error=True),
        Printed(text="rest\n"),
    ]


def test_nothing_is_lost_at_the_end() -> None:
    """Whoever has kept the stream, such as a handler of a log, may write when the host is gone."""
    sent: list[Printed] = []
    original = io.StringIO()
    prints = Prints(sent.append, original)
    prints.end()
    prints.write("at the very end\n")
    assert (sent, original.getvalue()) == ([], "at the very end\n")
    alone = Prints(sent.append)
    alone.end()
    alone.write("nobody hears it\n")
    assert sent == []
