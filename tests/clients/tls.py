"""TLS in front of an address that speaks plain HTTP, for SDKs that know only https: `tls.py TARGET_PORT FOLDER PORT_FILE`.

FOLDER gets a CA of its own (ca.pem) and a certificate for localhost, once; bytes are relayed as they are.
`tls.py --make FOLDER` does only that.
"""
import asyncio
import os
import ssl
import subprocess
import sys


def make(folder):
    if os.path.exists(f"{folder}/ca.pem"):
        return
    os.makedirs(folder, exist_ok=True)

    def openssl(*words):
        subprocess.run(["openssl", *words], check=True, capture_output=True, cwd=folder)

    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.new", "-days", "30", "-subj", "/CN=Letopis test CA")
    openssl("req", *key, "-keyout", "key.pem", "-out", "request.pem", "-subj", "/CN=localhost")
    with open(f"{folder}/names", "w") as file:
        file.write("subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n")
    openssl("x509", "-req", "-in", "request.pem", "-CA", "ca.new", "-CAkey", "ca.key", "-CAcreateserial", "-out", "cert.pem", "-days", "30", "-extfile", "names")
    os.rename(f"{folder}/ca.new", f"{folder}/ca.pem")


async def pour(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except (ConnectionError, ssl.SSLError):
        pass
    finally:
        writer.close()


async def main(target, folder, port_file):
    make(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{folder}/cert.pem", f"{folder}/key.pem")

    async def relay(reader, writer):
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", target)
        await asyncio.gather(pour(reader, inner_writer), pour(inner_reader, writer))

    server = await asyncio.start_server(relay, "127.0.0.1", 0, ssl=context)
    with open(port_file + ".new", "w") as file:
        file.write(str(server.sockets[0].getsockname()[1]))
    os.rename(port_file + ".new", port_file)
    await server.serve_forever()


if sys.argv[1] == "--make":
    make(sys.argv[2])
else:
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3]))
