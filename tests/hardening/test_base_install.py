"""With no extra installed the base library works: in a fresh environment with the built wheel, without a network."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("hatchling", reason="builds the wheel")
from clonedesk_connectors.testing.sandbox.zendesk import ZendeskSandbox
from clonedesk_connectors.testing.world import World
from tests.test_distribution import closure

ROOT = Path(__file__).parents[2]
LAUNCHER = "#!{python}\nimport sys\nfrom clonedesk_connectors.cli import main\nsys.exit(main())\n"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=120)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter that sees the wheel and, linked from this environment, its requirements without extras."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False, symlinks=True)
    packages = next(home.glob("lib/python*/site-packages"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    base = closure("clonedesk-connectors")
    del base["clonedesk-connectors"]
    links = {file.parts[0]: required for required in base.values() for file in required.files or ()}
    for top in links.keys() - {"..", "__pycache__"}:
        (packages / top).symlink_to(Path(str(links[top].locate_file(top))))
    interpreter = home / "bin" / "python"
    launcher = home / "bin" / "clonedesk-sync"
    launcher.write_text(LAUNCHER.format(python=interpreter))
    launcher.chmod(0o755)
    return interpreter


def test_a_pull_and_an_export_need_no_extra(python: Path, tmp_path: Path) -> None:
    script = Path(__file__).with_name("base_install.py")
    with ZendeskSandbox(World(seed=5, tickets=12), limits="none") as helpdesk:
        command = [str(python), "-I", "-W", "error", str(script), helpdesk.url, str(tmp_path)]
        ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert str(python.parents[1].resolve()) in found.pop("home")
    assert found == {
        "installed": [],
        "status": "complete",
        "tickets": 12,
        "exported": 12,
        "normalised": "Lamp",
        "bridge": "this needs an optional part: pip install 'clonedesk-connectors[zenpy]'",
    }


def test_the_wheel_holds_the_library_its_licence_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.split("/")[0] for name in names}
    assert "clonedesk_connectors" in tops
    assert {top for top in tops if not top.startswith("clonedesk_connectors")} == set()
    assert "clonedesk_connectors/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if "cassette" in name or name.endswith((".yaml", ".sqlite", ".pyc"))]
