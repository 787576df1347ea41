"""Caddy as a plain process, with the very configuration that docker-compose.yml mounts."""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.services import ROOT
from tests.integration.web.serving import free_port

CADDYFILE = ROOT / "docs" / "operate" / "Caddyfile"
HOW_TO_GET_IT = "caddy is missing: apt-get install -y --no-install-recommends caddy"


@dataclass(frozen=True)
class Proxy:
    """Where the proxy listens, and how to trust its certificate."""

    port: int
    trust: ssl.SSLContext
    log: Path

    @property
    def origin(self) -> str:
        """Its address, as a browser names it."""
        return f"https://localhost:{self.port}"


def require_caddy() -> str:
    """Caddy's program; without it the test is skipped, unless ADVISOR_REQUIRE_PROXY=1 says that it must run."""
    if program := shutil.which("caddy"):
        return program
    if os.environ.get("ADVISOR_REQUIRE_PROXY") == "1":
        pytest.fail(f"{HOW_TO_GET_IT} (ADVISOR_REQUIRE_PROXY=1)")
    pytest.skip(HOW_TO_GET_IT)


@contextmanager
def caddy(program: str, folder: Path, upstreams: Sequence[int], operators: str = "") -> Iterator[Proxy]:
    """The proxy before the advisors on these ports; what it writes is below `folder`."""
    certificate, key = _certificate(folder)
    port = free_port()
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(folder),
        "SITE": "localhost",
        "TLS": f"{certificate} {key}",
        "HTTPS_PORT": str(port),
        "HTTP_PORT": str(free_port()),
        "ADVISORS": " ".join(f"127.0.0.1:{each}" for each in upstreams),
        "OPERATORS": operators or "0.0.0.0/0 ::/0",
    }
    log = folder / "caddy.log"
    command = [program, "run", "--config", str(CADDYFILE), "--adapter", "caddyfile"]
    with log.open("wb") as said:
        process = subprocess.Popen(command, env=environment, stdout=said, stderr=said)
    try:
        yield Proxy(port, ssl.create_default_context(cafile=str(certificate)), log)
    finally:
        process.terminate()
        process.wait(15)


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost that signs itself, and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    begins, ends = now - timedelta(hours=1), now + timedelta(days=2)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), begins, ends)
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    signed = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).sign(key, hashes.SHA256())
    paths = folder / "cert.pem", folder / "key.pem"
    plain = serialization.NoEncryption()
    paths[0].write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return paths
