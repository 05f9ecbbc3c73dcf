"""A certificate authority and a server certificate that live as long as a test, made with the `openssl` tool."""

import shutil
import subprocess

CURVE = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


def make(folder, host, days=2):
    """Writes ca.crt, server.crt and server.key into the folder; returns the server's two. They end in so many days."""
    if shutil.which("openssl") is None:
        raise SystemExit("no openssl program: install the Debian package openssl (tools/bootstrap does)")
    make_authority(folder, "ca")
    request, certificate, private_key = folder / "server.csr", folder / "server.crt", folder / "server.key"
    extensions = folder / "server.ext"
    extensions.write_text(f"subjectAltName=DNS:{host}\n")
    openssl("req", *CURVE, "-keyout", private_key, "-out", request, "-subj", f"/CN={host}")
    openssl("x509", "-req", "-in", request, "-CA", folder / "ca.crt", "-CAkey", folder / "ca.key", "-CAcreateserial", "-days", days,
            "-extfile", extensions, "-out", certificate)
    private_key.chmod(0o600)
    return certificate, private_key


def make_authority(folder, name):
    """Writes NAME.crt and NAME.key; returns the certificate."""
    openssl("req", "-x509", *CURVE, "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.crt", "-days", "2",
            "-subj", f"/CN=Costmill test authority {name}")
    return folder / f"{name}.crt"


def openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"openssl {arguments[0]}: {done.stderr}")
