"""The client's address: what a proxy of ours saw, and never what a client says of itself."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messengerkit.admin import AdminRequest
from messengerkit.admin.peer import client_address, networks
from messengerkit.errors import ConfigurationError

PROXIES = ("10.0.0.0/8", "192.0.2.1", "2001:db8:aaaa::/48")


def address(peer: str | None, *forwarded: str, proxies: tuple[str, ...] = PROXIES) -> str:
    """Return the address of a request by *peer* with *forwarded* headers."""
    headers = tuple(("X-Forwarded-For", one) for one in forwarded)
    request = AdminRequest(method="GET", path="/admin/health", headers=headers, peer=peer)
    return client_address(request, networks(proxies))


@pytest.mark.parametrize("peer", [None, "", "unix:", "/run/panel.sock", "999.1.1.1", "1.2.3"])
def test_who_has_no_address_is_unknown(peer: str | None) -> None:
    """A Unix socket has no address, and what such a peer forwards proves nothing."""
    assert address(peer, "198.51.100.7") == "unknown"


@pytest.mark.parametrize(
    ("peer", "found"),
    [
        ("198.51.100.7", "198.51.100.7"),
        (" 198.51.100.7\t", "198.51.100.7"),
        ("198.51.100.7:5678", "198.51.100.7"),
        ("[198.51.100.7]:80", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("[::ffff:198.51.100.7]:80", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::ffff", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::1]:80", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::1]", "2001:db8:1:2::/64"),
        ("::1", "::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("fe80::%eth0", "fe80::/64"),
        ("[fe80::1%eth0]:80", "fe80::/64"),
    ],
)
def test_one_client_has_one_address(peer: str, found: str) -> None:
    """Ports, zones and mapped addresses are left out; an IPv6 client has a whole /64."""
    assert address(peer) == found


def test_who_is_no_proxy_speaks_for_nobody() -> None:
    """Anybody can write the header; from a peer that is not named it is not read."""
    assert address("198.51.100.7", "203.0.113.9") == "198.51.100.7"
    assert address("10.0.0.1", "203.0.113.9", proxies=()) == "10.0.0.1"


@pytest.mark.parametrize(
    ("forwarded", "found"),
    [
        ((), "10.0.0.1"),
        (("",), "10.0.0.1"),
        (("203.0.113.9",), "203.0.113.9"),
        (("198.51.100.7, 203.0.113.9",), "203.0.113.9"),
        (("198.51.100.7,203.0.113.9 ,\t10.2.2.2",), "203.0.113.9"),
        (("198.51.100.7", "203.0.113.9"), "203.0.113.9"),
        (("203.0.113.9", "10.2.2.2, 192.0.2.1", "2001:db8:aaaa::5"), "203.0.113.9"),
        (("203.0.113.9:1234, [2001:db8:aaaa::5]:80, ::ffff:10.2.2.2",), "203.0.113.9"),
        (("198.51.100.7, 2001:db8:1:2::3",), "2001:db8:1:2::/64"),
        (("10.3.3.3, 10.2.2.2",), "10.3.3.3"),
        (("203.0.113.9, nonsense, 10.2.2.2",), "10.2.2.2"),
        (("203.0.113.9, , 10.2.2.2",), "10.2.2.2"),
        (("203.0.113.9, unknown",), "10.0.0.1"),
        (("203.0.113.9, []",), "10.0.0.1"),
        (("203.0.113.9, _hidden",), "10.0.0.1"),
    ],
)
def test_the_nearest_that_is_no_proxy_is_the_client(forwarded: tuple[str, ...], found: str) -> None:
    """From the right, over all headers of the name; what cannot be read ends the walk."""
    assert address("10.0.0.1", *forwarded) == found


@pytest.mark.parametrize("proxy", ["fe80::1", "fe80::1%eth0", "fe80::/10"])
@pytest.mark.parametrize("peer", ["fe80::1", "fe80::1%eth0", "[fe80::1%eth0]:80"])
def test_a_proxy_may_be_on_the_same_link(proxy: str, peer: str) -> None:
    """The zone of its address is the name of our own interface, and not of who is behind it."""
    assert address(peer, "203.0.113.9", proxies=(proxy,)) == "203.0.113.9"


def test_rfc_7239_is_not_read() -> None:
    """A proxy that writes the one header passes the other through as the client sent it."""
    headers = (("Forwarded", "for=203.0.113.9"),)
    request = AdminRequest(method="GET", path="/", headers=headers, peer="10.0.0.1")

    assert client_address(request, networks(PROXIES)) == "10.0.0.1"


def test_proxies_are_addresses_or_networks() -> None:
    """As a log shows them, too: a mapped address is the IPv4 address that it maps."""
    given = ["10.0.0.0/8", " 192.0.2.1", "::ffff:192.0.2.2", "2001:db8::/32", "2001:db8::1"]
    meant = ["10.0.0.0/8", "192.0.2.1/32", "192.0.2.2/32", "2001:db8::/32", "2001:db8::1/128"]

    assert networks(given) == tuple(map(ip_network, meant))
    assert networks([]) == ()


@pytest.mark.parametrize(
    "proxy", ["", "*", "proxy.example", "10.0.0.1/8", "10/8", "0.0.0.0/0", "::/0"]
)
def test_what_names_no_proxy_is_refused(proxy: str) -> None:
    """All addresses at once are no proxy: every client could say where it comes from."""
    with pytest.raises(ConfigurationError, match="names no proxy"):
        networks(["10.0.0.0/8", proxy])


def test_one_text_is_not_a_list_of_proxies() -> None:
    """A text is a list of letters."""
    with pytest.raises(ConfigurationError, match="a list"):
        networks("10.0.0.1")


@given(peer=st.text(), forwarded=st.lists(st.text()))
def test_any_text_has_an_address_or_none(peer: str, forwarded: list[str]) -> None:
    """Whatever a server or a client makes of the address, nothing is raised."""
    assert address(peer, *forwarded)
    assert address("10.0.0.1", *forwarded)


@given(spoofed=st.lists(st.ip_addresses().map(str)), client=st.ip_addresses(v=4))
def test_a_client_cannot_choose_its_address(spoofed: list[str], client: object) -> None:
    """Whatever it sends in the header, the proxy appends the address that it saw."""
    proxies = ("2001:db8::1",)

    assert address("2001:db8::1", *spoofed, str(client), proxies=proxies) == str(client)
