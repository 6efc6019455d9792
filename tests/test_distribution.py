"""What the base install brings: few distributions, little space, nobody else's licence."""

from __future__ import annotations

from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

NOT_IN_BASE = {
    "zenpy",
    "python-intercom",
    "selectolax",
    "quotequail",
    "rapidfuzz",
    "scikit-learn",
    "starlette",
    "jinja2",
}


def closure(name: str) -> dict[str, Distribution]:
    """The distribution and everything it requires without extras, as installed here."""
    found: dict[str, Distribution] = {}
    waiting = [(name, frozenset[str]())]
    while waiting:
        name, extras = waiting.pop()
        key = canonicalize_name(name)
        if key in found and not extras:
            continue
        found[key] = distribution(name)
        for line in found[key].requires or ():
            requirement = Requirement(line)
            environments = [{"extra": extra} for extra in extras] or [{"extra": ""}]
            if requirement.marker is None or any(requirement.marker.evaluate(e) for e in environments):
                try:
                    distribution(requirement.name)
                except PackageNotFoundError:
                    continue  # for another platform
                if canonicalize_name(requirement.name) not in found:
                    waiting.append((requirement.name, frozenset(requirement.extras)))
    return found


def size_mb(dist: Distribution) -> float:
    return sum(file.size or 0 for file in dist.files or ()) / 1e6


def test_the_base_install_is_small_and_leaves_other_licences_out() -> None:
    base = closure("clonedesk-connectors")
    assert len(base) <= 45
    assert sum(size_mb(dist) for dist in base.values()) <= 90
    assert not NOT_IN_BASE & set(base)
