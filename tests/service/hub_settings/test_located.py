"""Values and where they stand."""

import pytest

from webpubsub.service.hub_settings.located import HubSettingsError, KeyPath, Setting, Source


def _label(path: KeyPath) -> str:
    return ".".join(map(str, path))


def _setting(value: object, *path: str | int) -> Setting:
    return Setting(Source("f.toml", {("a",): 3, ("a", "b"): 5}, _label), path, value)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("a",), "f.toml, line 3"),
        (("a", "b"), "f.toml, line 5"),
        (("a", "x", 1), "f.toml, line 3"),
        (("x",), "f.toml"),
        ((), "f.toml"),
    ],
)
def test_a_place_is_the_nearest_line_that_is_known(path: KeyPath, place: str) -> None:
    """A key whose own line is not known is pointed at by that of its table."""
    assert _setting(1).source.place(path) == place


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("x", '"x"'),
        ("zwölf", '"zwölf"'),
        (True, "true"),
        ({"k": 1}, "a table"),
        ([1], "an array"),
        ("y" * 200, '"' + "y" * 78 + "…"),
    ],
)
def test_what_was_seen_is_shown_as_it_is_written(value: object, shown: str) -> None:
    """Long values are cut off, tables and arrays only named."""
    with pytest.raises(HubSettingsError) as caught:
        _setting(value, "a", "b").wrong("better")
    assert str(caught.value) == f"f.toml, line 5: a.b is {shown}, and must be better."


def test_the_items_of_an_array_know_their_place() -> None:
    """Also of an array that .NET writes as a table, which is ordered by number."""
    assert [item.path for item in _setting(["x", "y"], "a").items()] == [("a", 0), ("a", 1)]
    numbered = _setting({"10": "y", "9": "x"}, "a")
    assert [item.value for item in numbered.items()] == ["x", "y"]


@pytest.mark.parametrize("value", ["", "  ", 1, None, []])
def test_a_text_is_not_blank(value: object) -> None:
    """Blanks around it do not count."""
    assert _setting(" x ").text() == "x"
    with pytest.raises(HubSettingsError, match="must be a text that is not blank"):
        _setting(value, "a").text()
