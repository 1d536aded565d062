"""host.json. Specification: functions-python sections 1, 10.1 and 11."""

from pathlib import Path
from typing import Any

import pytest

from webpubsub.host.errors import HostError
from webpubsub.host.settings.host_config import DEFAULT_FUNCTION_TIMEOUT, HostConfig


def _config(environment: dict[str, str] | None = None, **members: Any) -> HostConfig:
    return HostConfig.from_document({"version": "2.0", **members}, environment)


def test_a_missing_file_means_defaults(tmp_path: Path) -> None:
    config = HostConfig.load(tmp_path, {})
    assert config.function_timeout == DEFAULT_FUNCTION_TIMEOUT == 1800
    assert config.functions is None
    assert config.log_levels == {}
    assert config.extension("http") == {}


def test_the_file_of_the_app_is_read(tmp_path: Path) -> None:
    (tmp_path / "host.json").write_text('{"version": "2.0", "functions": ["A"]} // mine')
    assert HostConfig.load(tmp_path, {}).functions == frozenset({"a"})


def test_an_empty_list_of_functions_is_none() -> None:
    """Every function runs. Section 10.1."""
    assert _config(functions=[]).functions is None


def test_a_bad_file_is_refused_with_its_position(tmp_path: Path) -> None:
    (tmp_path / "host.json").write_text("{")
    with pytest.raises(HostError, match=r"host\.json is not valid JSON: .* line 1 column 2"):
        HostConfig.load(tmp_path, {})


def test_a_directory_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "host.json").mkdir()
    with pytest.raises(HostError, match=r"host\.json cannot be read: Is a directory$"):
        HostConfig.load(tmp_path, {})


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({}, "version is None"),
        ({"version": 2.0}, "version is 2.0"),
        ({"version": "1.0"}, "version is '1.0'"),
        ({"version": "2.0", "functionTimeout": "soon"}, "functionTimeout: 'soon' is not a time"),
        ({"version": "2.0", "functionTimeout": "00:00:00.5"}, "at least 00:00:01"),
        ({"version": "2.0", "functionTimeout": True}, "functionTimeout is True, and must be a str"),
        ({"version": "2.0", "functions": "a"}, "functions is 'a', and must be an array"),
        ({"version": "2.0", "watchFiles": "a"}, "watchFiles is 'a', and must be an array"),
        ({"version": "2.0", "watchDirectories": 1}, "watchDirectories is 1, and must be an array"),
        ({"version": "2.0", "functions": [1]}, "must be an array of names"),
        ({"version": "2.0", "retry": {"strategy": "x"}}, "host.json: retry.strategy is 'x'"),
        ({"version": "2.0", "retry": []}, "host.json: retry is "),
        ({"version": "2.0", "logging": {"logLevel": 1}}, "logging.logLevel is 1"),
        (
            {"version": "2.0", "logging": {"logLevel": {"Function": "Loud"}}},
            "logging.logLevel.Function is 'Loud', and must be one of Trace, Debug",
        ),
    ],
)
def test_a_wrong_member_is_refused_by_name(document: dict[str, Any], message: str) -> None:
    with pytest.raises(HostError, match=message):
        HostConfig.from_document(document)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("00:00:02", 2.0), ("01:00:00", 3600.0), ("-1", None), (" -1 ", None), ("00:00:01", 1.0)],
)
def test_function_timeout(text: str, seconds: float | None) -> None:
    assert _config(functionTimeout=text).function_timeout == seconds


def test_names_match_in_any_letter_case() -> None:
    config = HostConfig.from_document(
        {"Version": "2.0", "Extensions": {"HTTP": {"routeprefix": "x"}}}
    )
    assert config.get("extensions:http:routePrefix") == "x"
    assert config.extension("Http") == {"routeprefix": "x"}


def test_a_path_through_something_that_is_no_object_is_none() -> None:
    assert _config(extensions=[1]).get("extensions:http") is None
    assert _config(extensions={"http": "x"}).extension("http") == {}


class TestOverrides:
    """AzureFunctionsJobHost__a__b."""

    def test_an_override_wins_and_keeps_its_neighbours(self) -> None:
        document = {"http": {"routePrefix": "api", "hsts": {}}}
        config = _config(
            {"AzureFunctionsJobHost__extensions__http__routePrefix": ""}, extensions=document
        )
        assert config.extension("http") == {"routePrefix": "", "hsts": {}}
        assert document["http"]["routePrefix"] == "api"

    def test_it_makes_what_is_not_there(self) -> None:
        config = _config({"AZUREFUNCTIONSJOBHOST:extensions:x:y": "1"})
        assert config.integer("extensions:x:y", 0) == 1

    def test_it_replaces_a_value_by_an_object(self) -> None:
        assert _config({"AzureFunctionsJobHost__a__b": "1"}, a=3).get("a") == {"b": "1"}

    def test_lists_are_reached_by_position(self) -> None:
        config = _config({"AzureFunctionsJobHost__functions__1": "two"}, functions=["one"])
        assert config.functions == frozenset({"one", "two"})

    def test_settings_of_the_host_itself(self) -> None:
        config = _config({"AzureFunctionsJobHost__functionTimeout": "00:00:05"})
        assert config.function_timeout == 5

    def test_letter_case_does_not_matter(self) -> None:
        """Neither of the last name nor of those before it."""
        environment = {
            "AZUREFUNCTIONSJOBHOST__FUNCTIONTIMEOUT": "00:00:05",
            "AZUREFUNCTIONSJOBHOST__LOGGING__LOGLEVEL__DEFAULT": "Error",
        }
        config = _config(
            environment,
            functionTimeout="00:00:09",
            logging={"logLevel": {"default": "Trace"}, "console": {}},
        )
        assert config.function_timeout == 5
        assert config.log_levels == {"default": "error"}
        assert config.get("logging:console") == {}

    @pytest.mark.parametrize("backwards", [False, True])
    def test_the_order_of_the_variables_does_not_matter(self, backwards: bool) -> None:
        """What is below a value takes its place."""
        names = ["AzureFunctionsJobHost__a", "AzureFunctionsJobHost__a__b"]
        environment = {name: name[-1] for name in (reversed(names) if backwards else names)}
        assert _config(environment).get("a") == {"b": "b"}

    @pytest.mark.parametrize("name", ["AzureFunctionsJobHost", "AzureFunctionsJobHost__", "PATH"])
    def test_other_variables_are_not_overrides(self, name: str) -> None:
        assert _config({name: "x"}).raw == {"version": "2.0"}


class TestTypedValues:
    """text, integer and flag."""

    config = _config(s="x", n=5, t="6", yes=True, no="False", obj={}, half=1.5)

    def test_values_as_written_or_as_text(self) -> None:
        assert self.config.text("s") == "x"
        assert self.config.text("n") == "5"
        assert self.config.integer("n", 0) == 5
        assert self.config.integer("t", 0) == 6
        assert self.config.flag("yes", False) is True
        assert self.config.flag("no", True) is False

    def test_defaults(self) -> None:
        assert self.config.text("none") is None
        assert self.config.integer("none", 7) == 7
        assert self.config.flag("none", True) is True

    @pytest.mark.parametrize("path", ["obj", "yes"])
    def test_wrong_text(self, path: str) -> None:
        with pytest.raises(HostError, match="must be a string"):
            self.config.text(path)

    @pytest.mark.parametrize("path", ["obj", "yes", "s", "half"])
    def test_wrong_integer(self, path: str) -> None:
        with pytest.raises(HostError, match="must be a whole number"):
            self.config.integer(path, 0)

    def test_wrong_flag(self) -> None:
        with pytest.raises(HostError, match="s is 'x', and must be true or false"):
            self.config.flag("s", False)


def test_log_levels_are_lower_case_names() -> None:
    config = _config(logging={"logLevel": {"default": "Warning", "Function.x": "debug"}})
    assert config.log_levels == {"default": "warning", "Function.x": "debug"}


def test_a_level_for_code_of_the_app_is_one_of_dotnet() -> None:
    """In any letter case; another one is named with those there are."""
    assert HostConfig().with_user_level("Error").user_log_level == "error"
    with pytest.raises(HostError, match="'loud', and must be one of Trace"):
        HostConfig().with_user_level("loud")


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ({"extensions": "x"}, "extensions is 'x'"),
        ({"extensions": {"http": "x"}}, "extensions.http is 'x'"),
        ({"Extensions": {"webpubsub": [1]}}, "extensions.webPubSub is [1]"),
        ({"logging": True}, "logging is True"),
        ({"extensions": {"http": {}}, "logging": None}, ""),
    ],
)
def test_a_section_that_is_none_is_told_of(
    document: dict[str, Any], named: str, caplog: pytest.LogCaptureFixture
) -> None:
    """On Azure nothing is read of it, and nobody says so; that much is the same here."""
    HostConfig.from_document({"version": "2.0", **document}).tell_of_sections()
    assert len(caplog.messages) == bool(named)
    assert all(f"host.json: {named}, and nothing is read of it" in one for one in caplog.messages)
