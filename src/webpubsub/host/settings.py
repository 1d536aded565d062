"""The two sources of a host's settings: host.json and the app settings."""

from webpubsub.host.app_settings import AppSettings, LocalSettings, read_local_settings
from webpubsub.host.errors import HostError
from webpubsub.host.host_config import HostConfig

__all__ = ["AppSettings", "HostConfig", "HostError", "LocalSettings", "read_local_settings"]
