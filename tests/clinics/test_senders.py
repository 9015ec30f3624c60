"""Naming the sender of a request: the peer, or what the last proxy of ours wrote."""

import logging

import pytest
from django.test import RequestFactory

from clinics.domain.senders import FORWARDED, address, network, sender
from clinics.web import senders
from config.security import proxy_header, trusted_hops

PEER = "10.0.0.1"

CHAINS = [
    # (what was forwarded, hops, the sender)
    ("", 1, PEER),
    ("198.51.100.7", 0, PEER),
    ("198.51.100.7", 1, "198.51.100.7"),
    ("192.0.2.1, 198.51.100.7", 1, "198.51.100.7"),
    ("192.0.2.1,198.51.100.7", 2, "192.0.2.1"),
    ("6.6.6.6, 192.0.2.1, 198.51.100.7", 2, "192.0.2.1"),
    ("198.51.100.7", 2, "198.51.100.7"),
    ("198.51.100.7:51234", 1, "198.51.100.7"),
    ("[2001:db8::7]:51234", 1, "2001:db8::7"),
    ("2001:DB8:0::7", 1, "2001:db8::7"),
    ("::ffff:198.51.100.7", 1, "198.51.100.7"),
    ("fe80::1%eth0", 1, "fe80::1"),
    ("192.0.2.1, unknown", 1, PEER),
    ("192.0.2.1, ", 1, "192.0.2.1"),
    ("<script>", 1, PEER),
    (" , ,, ", 1, PEER),
]


@pytest.mark.parametrize(("chain", "hops", "expected"), CHAINS)
def test_the_last_trusted_hop_names_the_sender(chain, hops, expected):
    assert sender(PEER, chain, hops=hops) == expected


FORWARDS = [
    ("for=198.51.100.7;proto=https;by=10.0.0.1", "198.51.100.7"),
    ("for=192.0.2.1, For=198.51.100.7", "198.51.100.7"),
    ('proto=https;for="[2001:db8::7]:4711"', "2001:db8::7"),
    ('for="a,b", for=198.51.100.7', "198.51.100.7"),
    ("for=_hidden", PEER),
    ("by=198.51.100.7", PEER),
]


@pytest.mark.parametrize(("chain", "expected"), FORWARDS)
def test_the_header_of_the_standard_is_read_too(chain, expected):
    assert sender(PEER, chain, hops=1, header=FORWARDED) == expected


def test_a_sender_is_an_address_or_an_ipv6_network():
    assert network("198.51.100.7") == "198.51.100.7"
    assert network("2001:db8:1:2:3::4") == network("2001:db8:1:2::9")
    assert network("2001:db8:1:2::9") != network("2001:db8:1:3::9")
    assert network("") == address("nonsense") == ""


def test_only_the_header_of_our_proxy_counts(settings):
    settings.TRUST_PROXY = 1
    claims = {"HTTP_X_FORWARDED_FOR": "192.0.2.1", "HTTP_FORWARDED": "for=192.0.2.2"}
    request = RequestFactory().get("/", REMOTE_ADDR=PEER, **claims)

    assert senders.address(request) == "192.0.2.1"
    settings.PROXY_HEADER = "forwarded"
    assert senders.address(request) == "192.0.2.2"
    settings.TRUST_PROXY = 0
    assert senders.address(request) == PEER


@pytest.mark.parametrize(
    ("text", "hops"),
    [("", 0), ("0", 0), ("off", 0), ("1", 1), ("on", 1), ("TRUE", 1), ("2", 2)],
)
def test_trust_in_proxies_is_a_number_or_a_switch(text, hops):
    assert trusted_hops(text) == hops


@pytest.mark.parametrize("text", ["-1", "10.0.0.1", "1.5", "maybe", "²"])
def test_trust_that_cannot_be_read_stops_the_start(text):
    with pytest.raises(SystemExit, match="TRUST_PROXY"):
        trusted_hops(text)


def test_a_header_that_names_no_sender_stops_the_start():
    assert proxy_header("X-Forwarded-For") == "x-forwarded-for"
    with pytest.raises(SystemExit, match="PROXY_HEADER"):
        proxy_header("X-Real-IP")


def test_a_proxy_that_is_not_trusted_is_said_once(settings, caplog, monkeypatch):
    settings.TRUST_PROXY = 0
    monkeypatch.setattr(senders, "_told", [])
    outside = RequestFactory().get(
        "/", REMOTE_ADDR="203.0.113.9", HTTP_X_FORWARDED_FOR="192.0.2.1"
    )
    beside = RequestFactory().get(
        "/", REMOTE_ADDR=PEER, HTTP_X_FORWARDED_FOR="192.0.2.1"
    )

    with caplog.at_level(logging.ERROR):
        senders.address(outside)
        senders.address(beside)
        senders.address(beside)

    assert len([r for r in caplog.records if "TRUST_PROXY" in r.message]) == 1
