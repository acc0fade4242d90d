"""What makes an input a finding besides an exception of its own."""


class Finding(Exception):
    """Something that must never be; ``str()`` says what."""


def require(holds: object, what: str) -> None:
    """Raises Finding where `what` does not hold."""
    if not holds:
        raise Finding(what)


def require_web(addresses: list[str]) -> None:
    """Raises Finding where one is not an http or https address."""
    for address in addresses:
        require(address.lower().startswith(("http://", "https://")), f"{address!r} is no address")
