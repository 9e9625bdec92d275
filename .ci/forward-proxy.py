"""A forwarding proxy for plain http, which notes what it is asked for.

    forward-proxy.py PORT LOG TARGET [NAME:PASSWORD]

Listens at PORT of loopback, and sends every request to TARGET (HOST:PORT), whatever host it names: so it plays an
Internet. With NAME:PASSWORD it answers 407 to whoever does not send them. LOG gets "METHOD URL STATUS" a line.
"""
import base64
import http.client
import http.server
import shutil
import sys
import urllib.parse

port, log, target = int(sys.argv[1]), sys.argv[2], sys.argv[3]
expected = "Basic " + base64.b64encode(sys.argv[4].encode()).decode() if len(sys.argv) > 4 else None
OF_THE_CONNECTION = {"connection", "keep-alive", "proxy-authorization", "proxy-connection", "transfer-encoding", "te"}


def passed_on(headers):
    return {name: value for name, value in headers.items() if name.lower() not in OF_THE_CONNECTION}


class Proxy(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if expected and self.headers.get("Proxy-Authorization") != expected:
            self.send_response(407)
            self.send_header("Proxy-Authenticate", 'Basic realm="the proxy of a test"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        parts = urllib.parse.urlsplit(self.path)
        upstream = http.client.HTTPConnection(target, timeout=30)
        upstream.request(self.command, parts.path + ("?" + parts.query if parts.query else ""),
                         headers=passed_on(self.headers))
        answer = upstream.getresponse()
        self.send_response(answer.status)
        for name, value in passed_on(answer.headers).items():
            self.send_header(name, value)
        self.end_headers()
        shutil.copyfileobj(answer, self.wfile)
        upstream.close()

    do_HEAD = do_GET

    def log_request(self, code="-", size="-"):
        with open(log, "a", encoding="utf-8") as out:
            out.write("%s %s %d\n" % (self.command, self.path, code))

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", port), Proxy).serve_forever()
