"""Secret files: which are read, and which are refused."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.secrets import Files, NamedFiles, Secret, Slot
from clonedesk_connectors.secrets.places import read_file
from tests.secrets.fakes import SLOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="file modes are those of POSIX")


def revealed(secret: Secret | None) -> str | None:
    return None if secret is None else secret.reveal()


def written(path: Path, content: str = " s3cret\n", mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    path.chmod(mode)
    return path


def test_a_named_file_is_read_without_its_line_end(tmp_path: Path) -> None:
    files = Files({"CLONEDESK_ZENDESK_API_TOKEN_FILE": str(written(tmp_path / "t"))}, run_secrets=tmp_path / "none")
    assert revealed(files.read(SLOT)) == "s3cret"
    assert files.label(SLOT) == "CLONEDESK_ZENDESK_API_TOKEN_FILE"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610, 0o602, 0o666, 0o777])
def test_a_file_that_group_or_others_have_rights_on_is_refused(tmp_path: Path, mode: int) -> None:
    path = written(tmp_path / "t", mode=mode)
    with pytest.raises(ConfigError) as error:
        Files({"CLONEDESK_ZENDESK_API_TOKEN_FILE": str(path)}).read(SLOT)
    assert str(error.value) == f"the secret file {path} is open to other users; run: chmod 600 {path}"


def test_mounted_secrets_may_be_readable_by_all(tmp_path: Path) -> None:
    run, systemd = tmp_path / "run", tmp_path / "systemd"
    written(run / "clonedesk_zendesk_api_token", "from run", 0o444)
    written(systemd / "clonedesk_zendesk_api_token", "from systemd", 0o444)
    variables = {"CREDENTIALS_DIRECTORY": str(systemd)}
    assert revealed(Files(variables, run_secrets=run).read(SLOT)) == "from run"
    assert revealed(Files(variables, run_secrets=tmp_path / "none").read(SLOT)) == "from systemd"
    assert revealed(Files({}, run_secrets=tmp_path / "none").read(SLOT)) is None
    named = {"CLONEDESK_ZENDESK_API_TOKEN_FILE": str(run / "clonedesk_zendesk_api_token")}
    assert revealed(Files(named, run_secrets=run).read(SLOT)) == "from run"


def test_a_mounted_secret_of_one_account_has_the_account_in_its_name(tmp_path: Path) -> None:
    written(tmp_path / "clonedesk_zendesk_acme_api_token", "own", 0o444)
    assert revealed(Files({}, of_account=True, run_secrets=tmp_path).read(SLOT)) == "own"
    assert Files({}, run_secrets=tmp_path).read(SLOT) is None


def test_a_link_or_dots_out_of_the_guarded_folder_do_not_lend_its_trust(tmp_path: Path) -> None:
    run = tmp_path / "run"
    outside = written(tmp_path / "outside", mode=0o644)
    run.mkdir()
    (run / "clonedesk_zendesk_api_token").symlink_to(outside)
    with pytest.raises(ConfigError, match="open to other users"):
        Files({}, run_secrets=run).read(SLOT)
    with pytest.raises(ConfigError, match="open to other users"):
        read_file(run / ".." / "outside", [run])


def test_a_link_inside_the_guarded_folder_is_followed(tmp_path: Path) -> None:
    """Kubernetes mounts secrets as links to a hidden folder beside them."""
    real = written(tmp_path / "..2026" / "token", "linked", 0o644)
    (tmp_path / "clonedesk_zendesk_api_token").symlink_to(real)
    assert revealed(Files({}, run_secrets=tmp_path).read(SLOT)) == "linked"


def test_a_variable_that_names_no_file_is_an_error_and_not_passed_over(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        Files({"CLONEDESK_ZENDESK_API_TOKEN_FILE": f"{tmp_path}/gone"}).read(SLOT)
    assert str(error.value) == f"CLONEDESK_ZENDESK_API_TOKEN_FILE names a file that does not exist: {tmp_path}/gone"


@pytest.mark.parametrize("content", [b"", b" \n", b"\xff\xfe", b"x" * 70_000])
def test_a_file_that_cannot_be_a_secret_is_refused_without_quoting_it(tmp_path: Path, content: bytes) -> None:
    path = written(tmp_path / "t")
    path.write_bytes(content)
    with pytest.raises(ConfigError) as error:
        read_file(path)
    assert str(error.value) == f"the secret file {path} is empty, too long or not text"


def test_folders_and_pipes_are_refused_without_waiting_for_them(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(ConfigError, match="not a plain file"):
        read_file(tmp_path / "pipe")
    with pytest.raises(ConfigError, match=r"cannot be opened \(IsADirectoryError\)"):
        read_file(tmp_path)


def test_a_name_that_no_file_can_have_is_an_error() -> None:
    with pytest.raises(ConfigError, match="cannot be opened"):
        read_file(Path("a\0b"))


def test_a_profile_may_name_a_file_for_each_field(tmp_path: Path) -> None:
    files = NamedFiles({"api_token": written(tmp_path / "t"), "email": tmp_path / "gone"})
    assert revealed(files.read(SLOT)) == "s3cret"
    assert files.read(Slot("zendesk", "acme", "oauth", "CLIENT_ID")) is None
    assert files.label(SLOT) == "credentials.api_token in the profile"
    with pytest.raises(ConfigError, match="names a file for EMAIL that does not exist"):
        files.read(Slot("zendesk", "acme", "token", "EMAIL"))
