"""Which browsers the tests drive: Debian's Chromium, and its engine without windows."""

CHROMIUM = "/usr/bin/chromium"
"""The whole program. Only it knows cameras."""

ENGINE = "/usr/bin/chromium-headless-shell"
"""The same engine with nothing around it: it does the same for half the processor's time."""

FLAGS = ["--no-sandbox", "--disable-dev-shm-usage"]
"""For a container that runs as root and has little shared memory."""
