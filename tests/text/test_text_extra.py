"""Without the extra `[text]` the modules that need it say which extra is missing."""

import importlib
import subprocess
import sys

import pytest

from clonedesk_connectors.errors import MissingExtraError


@pytest.mark.parametrize(
    ("module", "needs"),
    [
        ("clonedesk_connectors.text.html", "selectolax.lexbor"),
        ("clonedesk_connectors.text.replies", "quotequail"),
        ("clonedesk_connectors.review.matcher", "rapidfuzz.distance"),
    ],
)
def test_a_missing_library_names_the_extra(monkeypatch: pytest.MonkeyPatch, module: str, needs: str) -> None:
    importlib.import_module(module)  # its own imports are in place: only the library is missing
    monkeypatch.setitem(sys.modules, needs, None)
    monkeypatch.delitem(sys.modules, module)
    with pytest.raises(MissingExtraError, match=r"clonedesk-connectors\[text\]"):
        importlib.import_module(module)


def test_the_package_itself_and_the_normaliser_need_no_extra() -> None:
    code = (
        "import sys; sys.modules.update(dict.fromkeys(('selectolax', 'quotequail', 'rapidfuzz')));"
        "import clonedesk_connectors.text.intent, clonedesk_connectors.text.critical"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
