"""Which proxy a request goes through: that of the settings, else that of the environment."""

from collections.abc import Callable
from urllib.request import getproxies_environment, proxy_bypass

import yarl

from bot.core.settings import NO_PROXY, is_loopback

FindProxy = Callable[[yarl.URL], str | None]
"""The address of the proxy for a request to an address; ``None`` for none."""


def proxy_finder(setting: str) -> FindProxy:
    """The rule that the setting PROXY states: an address, ``off``, or "" for the environment's
    ``https_proxy``, ``http_proxy`` and ``all_proxy``, in lower or upper case.

    Hosts that the environment's ``no_proxy`` names, and this machine itself, are asked directly.
    """
    proxies = getproxies_environment()
    if setting:
        proxies |= {"all": setting, "http": setting, "https": setting}

    def find(url: yarl.URL) -> str | None:
        proxy = proxies.get(url.scheme) or proxies.get("all")
        if not proxy or setting == NO_PROXY or is_loopback(str(url)):
            return None
        if proxy_bypass(f"{url.host}:{url.port}"):
            return None
        return proxy if "://" in proxy else f"http://{proxy}"

    return find
