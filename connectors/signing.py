"""Open this when a signature is refused: Ed25519 keys on the disk, made, read and used."""

import os
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from connectors.disk import disk_faults, make_folder, write_whole
from schemas.errors import ConfigError

_OWNER_ONLY, _EVERYBODY_READS = 0o600, 0o644
_END = b"-----END PUBLIC KEY-----"


@dataclass(frozen=True)
class PublicKey:
    """What is needed to check a signature, and its name: the first half of the key's SHA-256."""

    key: Ed25519PublicKey

    @property
    def name(self) -> str:
        """32 hex digits that tell it from other keys."""
        raw = self.key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return sha256(raw).hexdigest()[:32]

    def fits(self, signature: str, text: bytes) -> bool:
        """Whether the signature, as base64, is of this text and by this key."""
        try:
            raw = b64decode(signature, validate=True)
            self.key.verify(raw, text)
        except (InvalidSignature, ValueError):
            return False
        return b64encode(raw).decode("ascii") == signature


@dataclass(frozen=True)
class SigningKey:
    """What is needed to sign."""

    key: Ed25519PrivateKey

    @property
    def public(self) -> PublicKey:
        """Its other half."""
        return PublicKey(self.key.public_key())

    def sign(self, text: bytes) -> str:
        """The signature of this text, as base64."""
        return b64encode(self.key.sign(text)).decode("ascii")


def public_path(private: Path) -> Path:
    """Where the public half of a key lies: beside it, with .pub behind its name."""
    return private.with_name(f"{private.name}.pub")


def make_key(private: Path) -> SigningKey:
    """A new key at this path, for its owner's eyes only, and its public half beside it. ConfigError: one is there."""
    if private.exists() or public_path(private).exists():
        raise ConfigError(
            f"There is a key at {private} already. Next: use it; to change keys, move both halves away, keep the old "
            "public half for the auditor, and make a new one."
        )
    key = Ed25519PrivateKey.generate()
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    shown = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    with disk_faults(f"writing the key {private}"):
        make_folder(private.parent)
        temporary = private.with_name(f".{private.name}.tmp")
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWNER_ONLY))
        write_whole(secret, temporary, private, _OWNER_ONLY)
        write_whole(shown, temporary, public_path(private), _EVERYBODY_READS)
    return SigningKey(key)


def read_signing_key(private: Path) -> SigningKey:
    """The key at this path. ConfigError: there is none, it is of another kind, or others than its owner may read it."""
    with disk_faults(f"reading the key {private}", missing="`backhaul audit key` makes one"):
        others = private.stat().st_mode & 0o077
        secret = private.read_bytes()
    if others:
        raise ConfigError(f"Others than its owner may read the key {private}. Next: chmod 600 {private}")
    try:
        key = serialization.load_pem_private_key(secret, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigError(f"{private} holds no Ed25519 key without a password. Next: `backhaul audit key` makes one.")
    return SigningKey(key)


def read_public_keys(path: Path) -> list[PublicKey]:
    """The public keys in this file, one or several below each other. ConfigError: it holds none, or something else."""
    with disk_faults(f"reading the public key {path}", missing="name the file that `backhaul audit key` made"):
        text = path.read_bytes()
    parts = [part + _END for part in text.split(_END)[:-1]]
    keys = [_public_key(part) for part in parts]
    known = [PublicKey(key) for key in keys if isinstance(key, Ed25519PublicKey)]
    if not keys or len(known) != len(keys):
        raise ConfigError(f"{path} holds something else than public Ed25519 keys. Next: name the auditor's key file.")
    return known


def _public_key(part: bytes) -> object:
    try:
        return serialization.load_pem_public_key(part.lstrip())
    except (ValueError, UnsupportedAlgorithm):
        return None


def by_name(keys: Sequence[PublicKey]) -> dict[str, PublicKey]:
    """The keys by their names."""
    return {key.name: key for key in keys}
