"""Timer triggers."""

from webpubsub.host.extensions.timer.extension import TimerExtension

__all__ = ["TimerExtension"]
