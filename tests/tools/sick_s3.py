"""An S3 server for tests, which answers as it is told: late, half, wrongly, or not at all.

  with SickS3({"data/x.parquet": b"..."}) as server:
      server.faults = [Fault("stall_body", on="object", times=1)]
      subprocess.run([...], env={**os.environ, "AWS_ENDPOINT_URL": server.url, ...})

One bucket, path style, ListObjectsV2 and GET with Range and If-Match. Signatures are not checked, but requests are kept in `requests`.
"""

import hashlib
import html
import re
import socket
import ssl
import struct
import threading
import time
import urllib.parse
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BUCKET = "cost-management"


@dataclass
class Fault:
    kind: str             # a method `do_KIND` of Handler
    on: str = "any"       # list, object, any
    key: str = ""         # only objects whose key holds this
    skip: int = 0         # so many such requests are answered well before
    times: int = 1 << 30  # and so many are not
    code: str = ""        # of S3
    status: int = 0
    location: str = ""    # where a redirection leads
    seen: int = field(default=0, compare=False)

    def strikes(self, request):
        if self.on not in ("any", request.on) or self.key not in request.key:
            return False
        self.seen += 1
        return self.skip < self.seen <= self.skip + self.times


@dataclass
class Request:
    on: str
    key: str
    headers: dict
    query: dict
    path: str


class SickS3:
    def __init__(self, objects, latency_seconds=0.0, page_size=1000, certificate=None):
        self.objects = dict(objects)
        self.latency_seconds, self.page_size = latency_seconds, page_size
        self.faults, self.requests, self.bytes_sent, self.versions = [], [], 0, {}
        self.clock_ahead_seconds = 0
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.sick = self
        self.scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            self.scheme = "https"
        self.port = self.server.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def forget(self):
        self.faults, self.requests, self.bytes_sent, self.versions = [], [], 0, {}

    def count(self, on):
        return sum(request.on == on for request in self.requests)

    def etag(self, key):
        return hashlib.md5(self.objects[key], usedforsecurity=False).hexdigest() + self.versions.get(key, "")


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_):  # clients that go away are what these tests are about
        pass


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def do_GET(self):
        sick = self.server.sick
        path, _, query = self.path.partition("?")
        bucket, _, key = urllib.parse.unquote(path).lstrip("/").partition("/")
        request = Request("object" if key else "list", key, dict(self.headers), dict(urllib.parse.parse_qsl(query)), self.path)
        with sick.lock:
            sick.requests.append(request)
            fault = next((fault for fault in sick.faults if fault.strikes(request)), None)
        time.sleep(sick.latency_seconds)
        if bucket != BUCKET:
            return self.refuse(404, "NoSuchBucket")
        self.request_ = request
        status, headers, body = self.listing(request) if request.on == "list" else self.content(request)
        if fault:
            return getattr(self, "do_" + fault.kind)(fault, status, headers, body)
        self.answer(status, headers, body)

    # --- answers as they should be -------------------------------------------------------------------------------------------------

    def listing(self, request):
        sick = self.server.sick
        prefix, delimiter = request.query.get("prefix", ""), request.query.get("delimiter", "")
        names = set()
        for key in sick.objects:
            if key.startswith(prefix):
                end = key.find(delimiter, len(prefix)) if delimiter else -1
                names.add(key if end < 0 else key[:end + 1])
        names = sorted(name for name in names if name > request.query.get("continuation-token", ""))
        page = names[:min(sick.page_size, int(request.query.get("max-keys", sick.page_size)))]
        truncated = len(page) < len(names)
        entries = [f"<CommonPrefixes><Prefix>{html.escape(name)}</Prefix></CommonPrefixes>" if delimiter and name.endswith(delimiter) else
                   f"<Contents><Key>{html.escape(name)}</Key><Size>{len(sick.objects[name])}</Size>"
                   f"<ETag>&quot;{sick.etag(name)}&quot;</ETag></Contents>" for name in page]
        body = ('<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
                f"<KeyCount>{len(page)}</KeyCount><IsTruncated>{'true' if truncated else 'false'}</IsTruncated>"
                + (f"<NextContinuationToken>{html.escape(page[-1])}</NextContinuationToken>" if truncated else "")
                + "".join(entries) + "</ListBucketResult>").encode()
        return 200, {"Content-Type": "application/xml"}, body

    def content(self, request):
        sick = self.server.sick
        if request.key not in sick.objects:
            return self.error(404, "NoSuchKey")
        whole, etag = sick.objects[request.key], f'"{sick.etag(request.key)}"'
        if request.headers.get("If-Match", etag) != etag:
            return self.error(412, "PreconditionFailed")
        wanted = request.headers.get("Range", "")
        if not wanted:
            return 200, {"ETag": etag}, whole
        first, last = (int(part) for part in wanted.removeprefix("bytes=").split("-"))
        if first >= len(whole):
            return self.error(416, "InvalidRange")
        body = whole[first:last + 1]
        return 206, {"ETag": etag, "Content-Range": f"bytes {first}-{first + len(body) - 1}/{len(whole)}"}, body

    @staticmethod
    def error(status, code, more=""):
        body = f"<?xml version=\"1.0\"?>\n<Error><Code>{code}</Code><Message>as the test wants it</Message>{more}</Error>".encode()
        return status, {"Content-Type": "application/xml"}, body

    def refuse(self, status, code, more=""):
        self.answer(*self.error(status, code, more))

    def send_head(self, status, headers, length):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def date_time_string(self, timestamp=None):
        there = datetime.now(timezone.utc) + timedelta(seconds=self.server.sick.clock_ahead_seconds)
        return there.strftime("%a, %d %b %Y %H:%M:%S GMT")

    def answer(self, status, headers, body):
        self.send_head(status, headers, len(body))
        self.wfile.write(body)
        with self.server.sick.lock:
            self.server.sick.bytes_sent += len(body)

    def hang(self):
        self.server.sick.stopping.wait(600)
        self.close_connection = True

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    # --- and as they should not ------------------------------------------------------------------------------------------------------

    def do_status(self, fault, *_):
        self.refuse(fault.status, fault.code)

    def do_region(self, fault, *_):
        self.refuse(fault.status or 301, fault.code or "PermanentRedirect", "<Region>eu-central-1</Region>")

    def do_stall_header(self, *_):
        self.wfile.write(b"HTTP/1.1 20")
        self.hang()

    def do_stall_body(self, fault, status, headers, body):
        self.send_head(status, headers, len(body))
        self.wfile.write(body[:len(body) // 2])
        self.hang()

    def do_trickle(self, fault, status, headers, body):
        self.send_head(status, headers, len(body))
        for at in range(len(body)):
            self.wfile.write(body[at:at + 1])
            if self.server.sick.stopping.wait(1):
                break
        self.close_connection = True

    def do_short_body(self, fault, status, headers, body):
        self.send_head(status, headers, len(body))
        self.wfile.write(body[:len(body) // 2])
        self.close_connection = True

    def do_wrong_length(self, fault, status, headers, body):
        self.answer(status, headers, body[:-1])

    def do_too_long(self, fault, status, headers, body):
        self.answer(status, headers, body + b"\0")

    def do_no_ranges(self, *_):
        key = self.request_.key
        self.answer(200, {"ETag": f'"{self.server.sick.etag(key)}"'}, self.server.sick.objects[key])

    def do_other_range(self, fault, status, headers, body):
        self.answer(status, {**headers, "Content-Range": f"bytes 1-{len(body)}/{len(body) + 1}"}, body)

    def do_reset(self, *_):
        self.reset()

    def do_changed(self, *_):
        """The object becomes another one; once for each strike."""
        key = self.request_.key
        with self.server.sick.lock:
            self.server.sick.versions[key] = self.server.sick.versions.get(key, "") + "x"
        self.answer(*self.content(self.request_))

    def do_other_etag(self, fault, status, headers, body):
        self.answer(status, {**headers, "ETag": '"0123456789abcdef"'}, body)

    def do_truncated_xml(self, fault, status, headers, body):
        self.answer(status, headers, body[:len(body) * 2 // 3])

    def do_missing_token(self, fault, status, headers, body):
        begin, end = body.find(b"<NextContinuationToken>"), body.find(b"</NextContinuationToken>")
        self.answer(status, headers, body[:begin] + body[end + len(b"</NextContinuationToken>"):] if begin >= 0 else body)

    def do_missing_entry(self, fault, status, headers, body):
        begin, end = body.find(b"<Contents>"), body.find(b"</Contents>")
        self.answer(status, headers, body[:begin] + body[end + len(b"</Contents>"):])

    def do_again(self, fault, status, headers, body):
        """The last page says that another follows: of the first page in a circle, an empty one, or the same entries again."""
        if self.request_.query.get("delimiter"):
            token = f"{fault.code}{fault.seen % 3 if fault.code == 'circle' else fault.seen}"
            if fault.code == "same":
                self.request_.query.pop("continuation-token", None)
                body = self.listing(self.request_)[2]
            else:
                body = b"<ListBucketResult><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>"
            body = body.replace(b"<IsTruncated>false</IsTruncated>",
                                f"<IsTruncated>true</IsTruncated><NextContinuationToken>{token}</NextContinuationToken>".encode())
        self.answer(status, headers, body)

    def do_twice(self, fault, status, headers, body):
        begin, end = body.find(b"<Contents>"), body.find(b"</ListBucketResult>")
        entries = body[begin:end] if begin >= 0 else b""
        count, more = body.count(b"<Contents>") + body.count(b"<CommonPrefixes>"), entries.count(b"<Contents>")
        body = body[:end] + entries + body[end:]
        self.answer(status, headers, body.replace(b"<KeyCount>%d<" % count, b"<KeyCount>%d<" % (count + more)))

    def do_line_end_in_etag(self, fault, status, headers, body):
        self.answer(status, headers, body.replace(b"<ETag>&quot;", b"<ETag>&quot;x&quot;&#13;&#10;X-Injected: yes"))

    def do_endless_size(self, fault, status, headers, body):
        self.answer(status, headers, re.sub(rb"<Size>\d+", b"<Size>%d" % (2**64 - 1), body))

    def do_weak_etag(self, fault, status, headers, body):
        self.answer(status, {name: "W/" + value if name == "ETag" else value for name, value in headers.items()}, body)

    def do_no_place(self, fault, status, headers, body):
        self.answer(status, {name: value for name, value in headers.items() if name != "Content-Range"}, body)

    def do_chunked(self, fault, status, headers, body):
        self.send_response(status)
        for name, value in {**headers, "Transfer-Encoding": "chunked"}.items():
            self.send_header(name, value)
        self.end_headers()
        for at in range(0, len(body), 1000):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(body[at:at + 1000]), body[at:at + 1000]))
        self.wfile.write(b"0\r\n\r\n")

    def do_http_1_0(self, fault, status, headers, body):
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.wfile.write(f"HTTP/1.0 {status} OK\r\n{head}\r\n".encode() + body)
        self.close_connection = True

    def do_cut_status(self, fault, *_):
        status, headers, body = self.error(fault.status, fault.code)
        self.send_head(status, headers, len(body) + 1000)
        self.wfile.write(body)
        self.close_connection = True

    def do_long_status(self, fault, *_):
        self.refuse(fault.status, fault.code, "<Detail>" + "x" * (40 << 20) + "</Detail>")

    def do_echo(self, fault, *_):
        """What was sent comes back as the error's code."""
        self.refuse(fault.status, html.escape(self.headers.get("x-amz-security-token", "")))

    def do_elsewhere(self, fault, *_):
        self.answer(fault.status, {"Location": fault.location}, b"")

    def do_html(self, *_):
        self.answer(200, {"Content-Type": "text/html"}, b"<html><body>Please log in</body></html>")


class DeafPort:
    """A port that takes no connection: its queue is full, so nothing answers."""

    def __enter__(self):
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(0)
        self.port = self.listener.getsockname()[1]
        self.fillers = []
        for _ in range(8):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", self.port))
            self.fillers.append(filler)
        return self

    def __exit__(self, *_):
        for filler in self.fillers:
            filler.close()
        self.listener.close()


class SilentPort:
    """Takes connections and says nothing: no TLS handshake ends."""

    def __enter__(self):
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(64)
        self.port = self.listener.getsockname()[1]
        return self

    def __exit__(self, *_):
        self.listener.close()
