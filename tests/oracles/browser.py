"""Headless Chromium, started once for many pages and driven through its own pipe: printing, and asking a page about itself."""
import base64, json, os, select, shutil, signal, subprocess, tempfile, time

from checks import Broken

FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--remote-debugging-pipe",
]


class Chromium:
    """`with Chromium() as browser`: messages of the DevTools protocol, JSON with a NUL after it, over descriptors 3 and 4."""

    def __enter__(self):
        self.home = tempfile.mkdtemp(prefix="mailprof-chromium.")
        to_child, self.to = os.pipe()
        self.back, from_child = os.pipe()
        # the shell gives the descriptors their numbers
        command = f'exec chromium "$@" 3<&{to_child} 4>&{from_child} 2>"$HOME/log"'
        self.child = subprocess.Popen(
            ["bash", "-c", command, "chromium", *FLAGS, f"--user-data-dir={self.home}", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=(to_child, from_child), start_new_session=True,
            env={**os.environ, "HOME": self.home},
        )
        os.close(to_child)
        os.close(from_child)
        self.count, self.got, self.session, self.events = 0, b"", None, []
        try:
            target = self.call("Target.createTarget", url="about:blank")["targetId"]
            self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            self.call("Page.enable")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        try:
            os.killpg(self.child.pid, signal.SIGKILL)  # its own session: only what was started here
        except ProcessLookupError:
            pass
        self.child.wait()
        os.close(self.to)
        os.close(self.back)
        shutil.rmtree(self.home, ignore_errors=True)

    def message(self, deadline):
        while b"\0" not in self.got:
            if not select.select([self.back], [], [], max(0, deadline - time.monotonic()))[0]:
                raise Broken("Chromium: no answer in time")
            more = os.read(self.back, 1 << 20)
            if not more:
                raise Broken("Chromium has ended by itself")
            self.got += more
        said, _, self.got = self.got.partition(b"\0")
        return json.loads(said)

    def call(self, method, timeout=60, **params):
        self.count += 1
        message = {"id": self.count, "method": method, "params": params, **({"sessionId": self.session} if self.session else {})}
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.to, data):]
        deadline = time.monotonic() + timeout
        while True:
            said = self.message(deadline)
            if said.get("id") == self.count:
                if "error" in said:
                    raise Broken(f"Chromium, {method}: {said['error']['message']}")
                return said["result"]
            if "method" in said:
                self.events.append(said["method"])

    def open(self, file, width=1000):
        """The page as a window of this width shows it."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.events.clear()
        if why := self.call("Page.navigate", url=file.resolve().as_uri()).get("errorText"):
            raise Broken(f"Chromium, {file.name}: {why}")
        deadline = time.monotonic() + 60
        while "Page.loadEventFired" not in self.events:
            self.events.append(self.message(deadline).get("method"))

    def ask(self, expression):
        """What the page's own JavaScript makes of it; a promise is waited for."""
        said = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in said:
            details = said["exceptionDetails"]
            raise Broken(f"Chromium: {details.get('exception', {}).get('description', details['text'])}")
        return said["result"].get("value")

    def style(self, css):
        self.ask(f"document.head.append(Object.assign(document.createElement('style'), {{textContent: {json.dumps(css)}}}))")

    def print(self, pdf):
        """The open page on paper, as the page's own @page says, and as most people print it: without backgrounds."""
        made = self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=False)
        pdf.write_bytes(base64.b64decode(made["data"]))
        return pdf
