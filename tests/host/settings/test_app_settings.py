"""App settings and local.settings.json.

Specification: functions-python sections 9, 10.3 and 11.
"""

import json
import logging
import sys
from pathlib import Path
from typing import Any

import pytest

from webpubsub.host.errors import HostError
from webpubsub.host.settings.app_settings import AppSettings, LocalSettings, read_local_settings


def _write(directory: Path, document: Any) -> None:
    text = document if isinstance(document, str) else json.dumps(document)
    (directory / "local.settings.json").write_text(text)


class TestLookup:
    """AppSettings.get."""

    settings = AppSettings({"Hub": "chat", "A__B": "1", "c:d": "2", "HUB2": "x", "hub2": "y"})

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("Hub", "chat"),
            ("HUB", "chat"),
            ("A:B", "1"),
            ("a__b", "1"),
            ("C__D", "2"),
            ("c:d", "2"),
            ("hub2", "y"),
            ("none", None),
        ],
    )
    def test_letter_case_and_separators_do_not_matter(self, name: str, value: str | None) -> None:
        assert self.settings.get(name) == value

    def test_the_environment_of_the_process_is_the_default(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("WPS_TEST_SETTING", "here")
        assert AppSettings().get("wps_test_setting") == "here"


class TestLocalSettings:
    """read_local_settings."""

    def test_no_file_is_empty(self, tmp_path: Path) -> None:
        assert read_local_settings(tmp_path) == LocalSettings()

    def test_values_are_coerced_to_strings(self, tmp_path: Path) -> None:
        values = {"s": "x", "n": 1, "yes": True, "no": False, "f": 1.5, "null": None}
        _write(tmp_path, {"IsEncrypted": False, "Values": values})
        assert read_local_settings(tmp_path).values == {
            "s": "x",
            "n": "1",
            "yes": "True",
            "no": "False",
            "f": "1.5",
        }

    def test_sections(self, tmp_path: Path) -> None:
        _write(
            tmp_path,
            {
                "values": {"a": "1"},
                "Host": {"LocalHttpPort": 7072, "CORS": "*"},
                "ConnectionStrings": {"db": "Server=x"},
            },
        )
        local = read_local_settings(tmp_path)
        assert local.values == {"a": "1", "ConnectionStrings__db": "Server=x"}
        assert local.host == {"localhttpport": "7072", "cors": "*"}

    @pytest.mark.parametrize(
        ("document", "message"),
        [
            ({"Values": {"a": "1", "b": {"c": 1}}}, "Values.b must be a string"),
            ({"Values": {"a": ["1"]}}, "Values.a must be a string"),
            ({"Values": ["a"]}, "Values must be an object"),
            ({"Values": {"a": "1"}, "Host": {"CORS": ["*"]}}, "Host.CORS must be a string"),
            ("{,}", "line 1 column 2"),
        ],
    )
    def test_one_mistake_makes_the_whole_file_count_for_nothing(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture, document: Any, message: str
    ) -> None:
        _write(tmp_path, document)
        assert read_local_settings(tmp_path) == LocalSettings()
        assert message in caplog.text
        assert caplog.records[0].levelno == logging.WARNING

    @pytest.mark.parametrize(
        ("document", "message"),
        [
            ({"Values": {"": "x"}}, "'' in Values is no name of a variable"),
            ({"Values": {"A=B": "x"}}, "'A=B' in Values is no name of a variable"),
            ({"ConnectionStrings": {"A=B": "x"}}, "'A=B' in ConnectionStrings is no name"),
            ({"Values": {"A": "x\0y"}}, "Values.'A' holds a character that no variable"),
            ({"Values": {"A\0": "x"}}, "holds a character that no variable"),
            ({"Values": {"A": "\ud800"}}, "holds a character that no variable"),
        ],
    )
    def test_what_no_variable_can_hold_is_refused(
        self, tmp_path: Path, document: Any, message: str
    ) -> None:
        """Rather than lost; the value, which may be a secret, is not shown."""
        _write(tmp_path, document)
        with pytest.raises(HostError) as refused:
            read_local_settings(tmp_path)
        assert message in str(refused.value)

    @pytest.mark.parametrize("value", [True, "true", "TRUE"])
    def test_an_encrypted_file_is_refused(self, tmp_path: Path, value: object) -> None:
        _write(tmp_path, {"IsEncrypted": value, "Values": {}})
        with pytest.raises(HostError, match=r"is encrypted. Run 'func settings decrypt'"):
            read_local_settings(tmp_path)


class TestLoad:
    """AppSettings.load."""

    def test_values_reach_the_environment(self, tmp_path: Path) -> None:
        _write(tmp_path, {"Values": {"a": "1"}, "Host": {"CORS": "*"}})
        environment: dict[str, str] = {}
        settings = AppSettings.load(tmp_path, environment)
        assert environment == {"a": "1"}
        assert settings.host == {"cors": "*"}

    def test_existing_variables_win_with_a_warning(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """It names no value, which may be a secret, and says nothing where both are the same."""
        _write(tmp_path, {"Values": {"a": "one", "b": "same"}})
        settings = AppSettings.load(tmp_path, {"a": "mine", "b": "same"})
        assert settings.get("a") == "mine"
        assert [record.getMessage() for record in caplog.records] == [
            "Skipping 'a' of local.settings.json: the environment sets it to something else."
        ]

    def test_a_name_by_which_azure_is_known_is_not_taken(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """In any letter case. Specification: functions-python section 11."""
        _write(tmp_path, {"Values": {"Container_Name": "x", "a": "1"}})
        environment: dict[str, str] = {}
        AppSettings.load(tmp_path, environment)
        assert environment == {"a": "1"}
        assert caplog.messages[0].startswith("Skipping 'Container_Name' of local.settings.json:")


def test_user_code_sees_where_it_runs(tmp_path: Path) -> None:
    """Specification: functions-python section 11, check 24."""
    environment = {"AZURE_FUNCTIONS_ENVIRONMENT": "Production"}
    AppSettings(environment).describe_host(tmp_path, "localhost:7071")
    assert environment["FUNCTIONS_WORKER_RUNTIME"] == "python"
    assert environment["WEBSITE_HOSTNAME"] == "localhost:7071"
    assert environment["AZURE_FUNCTIONS_ENVIRONMENT"] == "Development"
    assert environment["AzureWebJobsScriptRoot"] == str(tmp_path)
    assert environment["FUNCTIONS_APPLICATION_DIRECTORY"] == str(tmp_path)
    version = environment["FUNCTIONS_WORKER_RUNTIME_VERSION"]
    assert version == f"{sys.version_info.major}.{sys.version_info.minor}"
    assert len(environment) == 6  # and nothing by which an app takes this for Azure
    environment["FUNCTIONS_WORKER_RUNTIME"] = "of the settings"
    AppSettings(environment).describe_host(tmp_path, "localhost:7071")
    assert environment["FUNCTIONS_WORKER_RUNTIME"] == "of the settings"
