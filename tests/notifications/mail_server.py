"""A real mail server for tests: it wants a login over TLS and keeps what it takes."""

import ssl
from datetime import timedelta
from email import message_from_bytes, policy
from ipaddress import ip_address

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from tests.factories.notifications import NOW

USER, PASSWORD = "clinic@example.org", "a-password-of-the-tests"


class Inbox:
    """Messages the server took, parsed back; `answer` can refuse instead."""

    def __init__(self):
        self.mails = []
        self.answer = "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.answer.startswith("250"):
            mail = message_from_bytes(envelope.content, policy=policy.default)
            self.mails.append((envelope, mail))
        return self.answer


class AnyPort(Controller):
    """On a free port of this machine, which aiosmtpd itself would not look up."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class ImplicitTls(AnyPort):
    """TLS from the first byte, as on port 465; its own guard knows STARTTLS only."""

    def factory(self):
        made = super().factory()
        made._auth_require_tls = False
        return made


def certificate(folder):
    """A certificate for 127.0.0.1 that signs itself: (its file, its key's file)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail of the tests")])
    now = NOW
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=4000))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    crt, pem = folder / "mail.crt", folder / "mail.key"
    crt.write_bytes(made.public_bytes(Encoding.PEM))
    pem.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return crt, pem


def authenticate(server, session, envelope, mechanism, data):
    known = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=known, handled=False)


def controller(inbox, folder, *, implicit):
    """A server that has not started yet, on a free port of this machine."""
    crt, pem = certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(crt, pem)
    ways = {"ssl_context": context} if implicit else {"tls_context": context}
    kind = ImplicitTls if implicit else AnyPort
    return kind(
        inbox,
        hostname="127.0.0.1",
        port=0,
        authenticator=authenticate,
        auth_required=True,
        require_starttls=not implicit,
        **ways,
    )
