"""The names that others import from one place."""

from webpubsub.host import app_settings, errors, host_config, settings


def test_it_offers_both_sources() -> None:
    assert settings.AppSettings is app_settings.AppSettings
    assert settings.HostConfig is host_config.HostConfig
    assert settings.HostError is errors.HostError
