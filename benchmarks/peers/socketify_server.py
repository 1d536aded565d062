"""The uWebSockets peer, by its bindings for Python: ``/echo`` answers to the sender, and
``/member/GROUP`` and ``/publisher/GROUP`` send to every client of the first."""

import sys
from typing import Any

from socketify import App, AppListenOptions, CompressOptions

_LARGEST = 1 << 20


def main() -> None:
    """Serve on the port given as the only argument."""
    app: Any = App()

    def name_group(response: Any, request: Any, context: Any) -> None:
        response.upgrade(
            request.get_header("sec-websocket-key"),
            request.get_header("sec-websocket-protocol"),
            request.get_header("sec-websocket-extensions"),
            context,
            request.get_parameter(0),
        )

    def echo(socket: Any, message: Any, opcode: Any) -> None:
        socket.send(message, opcode)

    def join(socket: Any) -> None:
        socket.subscribe(socket.get_user_data())

    def publish(socket: Any, message: Any, opcode: Any) -> None:
        app.publish(socket.get_user_data(), message, opcode)

    plain = {
        "compression": CompressOptions.DISABLED,
        "max_payload_length": _LARGEST,
        "max_backpressure": 64 * _LARGEST,
        "idle_timeout": 120,
    }
    app.ws("/echo", {**plain, "message": echo})
    app.ws("/member/:group", {**plain, "upgrade": name_group, "open": join, "message": publish})
    app.ws("/publisher/:group", {**plain, "upgrade": name_group, "message": publish})
    app.listen(AppListenOptions(port=int(sys.argv[1]), host="127.0.0.1"))
    app.run()


if __name__ == "__main__":
    main()
