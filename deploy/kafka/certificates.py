"""A certificate authority of the folder's own and a certificate for the broker, made by Java's `keytool`."""

import shutil
import tempfile
from pathlib import Path
from typing import Final

from deploy.kafka.java import find_java, run

DAYS_VALID: Final = "3650"
CURVE: Final = ("-keyalg", "EC", "-groupname", "secp256r1", "-validity", DAYS_VALID)


def make_certificates(folder: Path, password: str) -> None:
    """Makes `folder` with `broker.p12` and `ca.pem`, whole or not at all. The authority's key is thrown away."""
    making = Path(tempfile.mkdtemp(prefix=f"{folder.name}.making-", dir=folder.parent))
    try:
        secret = making / "password"
        secret.write_text(password)
        store = making / "broker.p12"
        keytool: list[str | Path] = [find_java("keytool"), "-keystore", store, "-storetype", "PKCS12"]
        keytool += ["-storepass:file", secret]
        authority = ["-ext", "bc:c", "-ext", "ku:c=keyCertSign,cRLSign"]
        names = ["-ext", "san=ip:127.0.0.1,dns:localhost", "-ext", "eku=serverAuth,clientAuth"]
        named = ["-dname", "CN=duecourse local authority"]
        run([*keytool, "-genkeypair", "-alias", "ca", *named, *CURVE, *authority], "keytool")
        named = ["-dname", "CN=broker"]
        run([*keytool, "-genkeypair", "-alias", "broker", *named, *CURVE, *names, "-signer", "ca"], "keytool")
        run([*keytool, "-exportcert", "-rfc", "-alias", "ca", "-file", making / "ca.pem"], "keytool")
        run([*keytool, "-delete", "-alias", "ca"], "keytool")
        secret.unlink()
        making.rename(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)
