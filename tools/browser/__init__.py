"""Gets a real Chromium onto a machine.

    $ python tools/browser
    /usr/bin/chromium

From Python, `locate()` answers with the same path. The order of the ways is in `order`, what each
does in `installed` and `ways`.
"""

from tools.browser.errors import BrowserNotFoundError
from tools.browser.order import locate

__all__ = ["BrowserNotFoundError", "locate"]
