"""A headless Chromium, driven through the pipe of its DevTools protocol: no port, no driver, no client library.

  with Chromium(folder) as browser:
      page = browser.open(path_of_html)
      page.value("document.title")
      page.problems, page.requests       what the console complained about, and what was asked of a network
"""

import base64
import collections
import json
import os
import select
import shutil
import subprocess
import time
from pathlib import Path

SECONDS_TO_ANSWER = 60
PATHS = ("chromium", "chromium-browser", "google-chrome")


class BrowserError(Exception):
    pass


def find_chromium():
    for name in PATHS:
        if path := shutil.which(name):
            return path
    raise BrowserError("Chromium is missing; tools/bootstrap installs it (Debian package chromium)")


class Chromium:
    def __init__(self, folder, width=1280, height=1000):
        self.folder = Path(folder)
        self.size = (width, height)
        self.downloads = self.folder / "downloads"
        self.downloads.mkdir(parents=True, exist_ok=True)

    def __enter__(self):
        from_browser, to_us = os.pipe()
        from_us, to_browser = os.pipe()
        self.input, self.output = from_browser, to_browser
        # The browser reads its commands from descriptor 3 and answers on 4.
        command = ["bash", "-c", f'exec 3<&{from_us} 4>&{to_us}; exec "$@"', "chromium", find_chromium(), "--headless", "--no-sandbox",
                   "--remote-debugging-pipe", f"--user-data-dir={self.folder / 'profile'}", f"--window-size={self.size[0]},{self.size[1]}",
                   "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars", "--disable-background-networking",
                   "--disable-component-update", "--disable-sync", "about:blank"]
        environment = {**os.environ, "HOME": str(self.folder), "LANG": "C.UTF-8", "TZ": "UTC"}
        self.log = open(self.folder / "chromium.log", "wb")
        self.process = subprocess.Popen(command, pass_fds=(from_us, to_us), stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env=environment)
        os.close(from_us)
        os.close(to_us)
        self.buffer, self.next_id, self.answers = b"", 0, {}
        self.listeners = collections.defaultdict(list)
        self.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(self.downloads), eventsEnabled=False)
        return self

    def __exit__(self, *_):
        try:
            self.call("Browser.close")
        except BrowserError:
            pass
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.input)
        os.close(self.output)
        self.log.close()

    def call(self, method, session=None, **parameters):
        self.next_id += 1
        message = {"id": self.next_id, "method": method, "params": parameters, **({"sessionId": session} if session else {})}
        try:
            data = json.dumps(message).encode() + b"\0"
            while data:
                data = data[os.write(self.output, data):]
        except OSError as error:
            raise BrowserError(f"Chromium is gone: {error}; see {self.log.name}") from error
        deadline = time.monotonic() + SECONDS_TO_ANSWER
        while self.next_id not in self.answers:
            self._receive(deadline, method)
        answer = self.answers.pop(self.next_id)
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error'].get('message')}")
        return answer["result"]

    def _receive(self, deadline, method):
        if not select.select([self.input], [], [], max(0, deadline - time.monotonic()))[0]:
            raise BrowserError(f"{method}: no answer within {SECONDS_TO_ANSWER} s; see {self.log.name}")
        data = os.read(self.input, 1 << 20)
        if not data:
            raise BrowserError(f"Chromium ended: {Path(self.log.name).read_text(errors='replace')[-500:]}")
        *messages, self.buffer = (self.buffer + data).split(b"\0")
        for message in map(json.loads, messages):
            if "id" in message:
                self.answers[message["id"]] = message
            else:
                for listener in self.listeners[message.get("sessionId")]:
                    listener(message["method"], message["params"])

    def open(self, path, dark=False):
        return Page(self, Path(path), dark)


class Page:
    def __init__(self, browser, path, dark):
        self.browser, self.url = browser, path.resolve().as_uri()
        self.problems, self.requests, self.loaded = [], [], False
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        browser.listeners[self.session].append(self._hear)
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        self.media(dark=dark)
        began = time.monotonic()
        self.call("Page.navigate", url=self.url)
        while not self.loaded:
            browser._receive(began + SECONDS_TO_ANSWER, "Page.navigate")
        self.value("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))")
        self.seconds_to_open = time.monotonic() - began

    def call(self, method, **parameters):
        return self.browser.call(method, session=self.session, **parameters)

    def _hear(self, method, parameters):
        if method == "Page.loadEventFired":
            self.loaded = True
        elif method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"][:200])
        elif method == "Runtime.exceptionThrown":
            details = parameters["exceptionDetails"]
            self.problems.append(details.get("exception", {}).get("description") or details["text"])
        elif method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
            self.problems.append(f"console.{parameters['type']}: {parameters['args']}")
        elif method == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
            self.problems.append(f"{parameters['entry']['source']}: {parameters['entry']['text']}")
        elif method == "Page.javascriptDialogOpening":
            self.problems.append(f"dialog: {parameters['message']}")

    # What the page's own script must not do (evaluate text) DevTools may.
    def value(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise BrowserError(f"{expression[:80]}: {details.get('exception', {}).get('description', details['text'])}")
        return answer["result"].get("value")

    def media(self, dark=False):
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def press(self, key, code=None):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=code or key, windowsVirtualKeyCode={"Tab": 9, "Enter": 13}.get(key, 0),
                      **({"text": "\r"} if key == "Enter" and kind == "keyDown" else {}))

    def screenshot(self, path, height=None):
        width = self.browser.size[0]
        clip = {"x": 0, "y": 0, "width": width, "height": height or self.value("document.documentElement.scrollHeight"), "scale": 1}
        data = self.call("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)["data"]
        Path(path).write_bytes(base64.b64decode(data))

    def print(self, path):
        data = self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=False)["data"]
        Path(path).write_bytes(base64.b64decode(data))

    def downloaded(self, name):
        """The text of a file that the page saved; it is gone afterwards. A page gets ten: Chromium holds back what follows."""
        path = self.browser.downloads / name
        deadline = time.monotonic() + SECONDS_TO_ANSWER
        while not path.exists():
            if time.monotonic() > deadline:
                raise BrowserError(f"{name} was not saved; there are {sorted(p.name for p in self.browser.downloads.iterdir())}")
            self.value("new Promise(done => setTimeout(done, 20))")
        text = path.read_text(encoding="utf-8")
        path.unlink()
        return text
