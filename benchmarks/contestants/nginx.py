"""nchan, a module of nginx: one worker, channels that are kept in its memory."""

import re
from pathlib import Path

from benchmarks.contestants.contestant import SocketContestant, echo_in_group, said_by
from benchmarks.load.websockets import Endpoint
from benchmarks.servers import scratch

_MODULES = (Path("/usr/lib/nginx/modules"), Path("/usr/share/nginx/modules"))
_CONFIGURATION = """
daemon off;
worker_processes 1;
load_module {module};
pid {folder}/nginx.pid;
error_log stderr error;
events {{ worker_connections 16384; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location ~ ^/member/(.+)$ {{
      nchan_pubsub websocket;
      nchan_channel_id $1;
      nchan_subscriber_first_message newest;
    }}
    location ~ ^/publisher/(.+)$ {{
      nchan_publisher websocket;
      nchan_channel_id $1;
    }}
  }}
}}
"""


def _module() -> Path | None:
    found = (folder / "ngx_nchan_module.so" for folder in _MODULES)
    return next((module for module in found if module.exists()), None)


def _missing() -> str:
    if not said_by("which", "nginx") or _module() is None:
        return "nginx with nchan: apt-get install nginx libnginx-mod-nchan"
    return ""


def _command(port: int) -> list[str]:
    folder = scratch()
    configuration = folder / "nginx.conf"
    configuration.write_text(_CONFIGURATION.format(module=_module(), folder=folder, port=port))
    return ["nginx", "-p", str(folder), "-e", "stderr", "-c", str(configuration)]


def _version() -> str:
    found = re.search(r"nginx/([\d.]+)", said_by("nginx", "-v"))
    return f"in nginx {found[1]}" if found else ""


def _member(port: int, group: str) -> Endpoint:
    return Endpoint(port=port, path=f"/member/{group}")


nchan = SocketContestant(
    "nchan",
    command=_command,
    missing=_missing,
    version=_version,
    member=_member,
    publisher=lambda port, group: Endpoint(port=port, path=f"/publisher/{group}"),
    echo=echo_in_group(_member),
)
