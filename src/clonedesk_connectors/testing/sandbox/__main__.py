"""Run a sandbox helpdesk until interrupted: `python -m clonedesk_connectors.testing.sandbox zendesk --tickets 300
--port 8080`.
"""

import argparse
import sys
import threading

from clonedesk_connectors.testing import sandbox as sandboxes
from clonedesk_connectors.testing.world import World


def main(arguments: list[str] | None = None, stop: threading.Event | None = None) -> None:
    """Serve until Ctrl-C, or until `stop` is set. Prints the URL as the first line once it answers."""
    parser = argparse.ArgumentParser(prog="python -m clonedesk_connectors.testing.sandbox")
    parser.add_argument("vendor", choices=sorted(sandboxes.SANDBOXES))
    parser.add_argument("--tickets", type=int, default=300)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--limits", default="none", help="the plan whose rate limits hold, e.g. enterprise; or none")
    options = parser.parse_args(arguments)
    sandbox = getattr(sandboxes, sandboxes.SANDBOXES[options.vendor])
    if options.limits not in sandbox.plans:
        parser.error(f"{options.vendor} has the limits {', '.join(sandbox.plans)}")
    world = World(options.seed, options.tickets)
    helpdesk = sandbox(world, limits=options.limits, port=options.port)
    with helpdesk:
        sys.stdout.write(f"{helpdesk.url}\n")
        sys.stdout.flush()
        try:
            (stop or threading.Event()).wait()
        except KeyboardInterrupt:
            sys.stdout.write("stopped\n")


if __name__ == "__main__":
    main()
