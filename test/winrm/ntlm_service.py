"""A WinRM service whose NTLM, signing and sealing are pyspnego's, and whose XML is Python's own: it shares no code with Kiln.

Commands run in /bin/sh. The scripts that move files are known by their text; what they would do is done here, with `\\` as `/`.
Prints the port. Arguments: user, password, and `plain` where messages are not to be sealed.
"""
import base64
import hashlib
import os
import re
import socketserver
import subprocess
import sys
import tempfile
import threading
import uuid
import xml.etree.ElementTree as ET
import zlib
from http.server import BaseHTTPRequestHandler

import spnego

USER, PASSWORD = sys.argv[1], sys.argv[2]
credentials = tempfile.NamedTemporaryFile("w", suffix=".ntlm", delete=False)
credentials.write(f"DOMAIN:{USER}:{PASSWORD}\n:{USER}:{PASSWORD}\n")
credentials.close()
os.environ["NTLM_USER_FILE"] = credentials.name

S = "{http://www.w3.org/2003/05/soap-envelope}"
W = "{http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd}"
A = "{http://schemas.xmlsoap.org/ws/2004/08/addressing}"
R = "{http://schemas.microsoft.com/wbem/wsman/1/windows/shell}"
SHELL = R[1:-1]
shells = {}
guard = threading.Lock()


class Command:
    def __init__(self, text):
        self.changed = threading.Condition()
        self.output, self.exit = [], None
        encoded = re.search(r"-EncodedCommand (\S+)$", text)
        script = base64.b64decode(encoded[1]).decode("utf-16-le") if encoded else None
        self.stdin_read, self.stdin_write = os.pipe()
        if script is None:
            self.process = subprocess.Popen(
                ["/bin/sh", "-c", text], stdin=self.stdin_read, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                start_new_session=True)
            os.close(self.stdin_read)
            readers = [threading.Thread(target=self.read, args=(name, stream), daemon=True)
                       for name, stream in (("stdout", self.process.stdout), ("stderr", self.process.stderr))]
            for reader in readers:
                reader.start()
            threading.Thread(target=self.wait, args=(readers,), daemon=True).start()
        else:
            self.process = None
            threading.Thread(target=self.script, args=(script,), daemon=True).start()

    def put(self, name, data):
        with self.changed:
            self.output.append((name, data))
            self.changed.notify_all()

    def end(self, code):
        with self.changed:
            self.exit = code
            self.changed.notify_all()

    def read(self, name, stream):
        while data := os.read(stream.fileno(), 65536):
            self.put(name, data)

    def wait(self, readers):
        code = self.process.wait()
        for reader in readers:
            reader.join()
        self.end(code if code >= 0 else 128 - code)

    def say(self, line):
        self.put("stdout", line.encode() + b"\r\n")

    def script(self, text):
        try:
            if text.startswith("begin{"):
                self.receive(text)
            elif "SendTree" in text:
                self.send(text)
            else:
                self.say(re.search("echo '(.*)'", text)[1])
            self.end(0)
        except Exception as error:
            self.say("kiln-error " + base64.b64encode(str(error).encode()).decode())
            self.end(1)

    def receive(self, text):
        root, count, to, data = path_in(text), 0, None, b""
        with os.fdopen(self.stdin_read, "rb") as lines:
            for line in lines:
                count += 1
                letter, _, value = line.decode().strip().partition(" ")
                if letter in "df":
                    to = os.path.join(root, base64.b64decode(value).decode()).rstrip("/")
                    os.makedirs(to if letter == "d" else os.path.dirname(to), exist_ok=True)
                    data = []
                elif letter == "r":
                    data.append(base64.b64decode(value))
                elif letter == "z":
                    data.append(zlib.decompress(base64.b64decode(value), -15))
                elif letter == "c":
                    whole = b"".join(data)
                    if hashlib.sha1(whole).hexdigest().upper() != value:
                        raise ValueError("damaged")
                    with open(to, "wb") as file:
                        file.write(whole)
        self.say(f"kiln-ok {count}")

    def send(self, text):
        root = path_in(text)

        def one(path, name):
            with open(path, "rb") as file:
                data = file.read()
            self.say(f"f {base64.b64encode(name.encode()).decode()} {len(data)}")
            for at in range(0, len(data), 98304):
                self.say("r " + base64.b64encode(data[at:at + 98304]).decode())
            self.say("c " + hashlib.sha1(data).hexdigest().upper())

        def tree(path, name):
            entries = sorted(os.scandir(path), key=lambda entry: (entry.is_dir(), entry.name))
            for entry in entries:
                if entry.is_dir():
                    self.say("d " + base64.b64encode((name + entry.name).encode()).decode())
                    tree(entry.path, name + entry.name + "/")
                else:
                    one(entry.path, name + entry.name)

        if "SendFile $root" in text:
            one(root, "")
        else:
            tree(root, "")
        self.say("kiln-ok")

    def kill(self):
        if self.process and self.exit is None:
            os.killpg(self.process.pid, 9)
        self.close_stdin()

    def close_stdin(self):
        # Once: the number may belong to somebody else's file by the second time.
        with self.changed:
            number, self.stdin_write = self.stdin_write, None
        if number is not None:
            os.close(number)


def path_in(text):
    literal = re.search(r"GetFullPath\('((?:[^']|'')*)'\)", text)[1]
    return literal.replace("''", "'").replace("\\", "/")


def fault(subcode, code, reason):
    return (f'<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>w:{subcode}</s:Value></s:Subcode></s:Code>'
            f'<s:Reason><s:Text xml:lang="en-US">{reason}</s:Text></s:Reason><s:Detail>'
            f'<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="{code}" Machine="x">'
            f'<f:Message>{reason}</f:Message></f:WSManFault></s:Detail></s:Fault>')


def serve(text):
    root = ET.fromstring(text)
    header, body = root.find(S + "Header"), root.find(S + "Body")
    action = header.find(A + "Action").text
    seconds = float(re.match(r"PT([\d.]+)S", header.find(W + "OperationTimeout").text)[1])
    selector = header.find(f"{W}SelectorSet/{W}Selector")
    what = action.rsplit("/", 1)[1]
    if what == "Get":
        return ('<cfg:Config xmlns:cfg="http://schemas.microsoft.com/wbem/wsman/1/config">'
                "<cfg:MaxEnvelopeSizekb>500</cfg:MaxEnvelopeSizekb></cfg:Config>")
    if what == "Create":
        assert body.find(f"{R}Shell/{R}InputStreams").text == "stdin"
        shell = str(uuid.uuid4()).upper()
        shells[shell] = {}
        return f'<rsp:Shell xmlns:rsp="{SHELL}"><rsp:ShellId>{shell}</rsp:ShellId></rsp:Shell>'
    commands = shells.get(selector.text)
    if commands is None:
        return fault("InvalidSelectors", 2150858843, "The shell was not found.")
    if what == "Delete":
        for command in shells.pop(selector.text).values():
            command.kill()
        return ""
    if what == "Command":
        line = body.find(f"{R}CommandLine/{R}Command").text
        id = str(uuid.uuid4()).upper()
        commands[id] = Command(line)
        options = {one.get("Name"): one.text for one in header.iter(W + "Option")}
        if options["WINRS_CONSOLEMODE_STDIN"] == "TRUE":
            commands[id].close_stdin()
        return f'<rsp:CommandResponse xmlns:rsp="{SHELL}"><rsp:CommandId>{id}</rsp:CommandId></rsp:CommandResponse>'
    if what == "Send":
        for stream in body.iter(R + "Stream"):
            command = commands[stream.get("CommandId")]
            data = base64.b64decode(stream.text or "")
            try:
                while data:
                    data = data[os.write(command.stdin_write, data):]
                if stream.get("End") == "true":
                    command.close_stdin()
            except (OSError, TypeError):
                return fault("InternalError", 232, "The pipe is being closed.")
        return f'<rsp:SendResponse xmlns:rsp="{SHELL}"/>'
    if what == "Signal":
        commands[body.find(R + "Signal").get("CommandId")].kill()
        return f'<rsp:SignalResponse xmlns:rsp="{SHELL}"/>'
    command_id = body.find(f"{R}Receive/{R}DesiredStream").get("CommandId")
    command = commands[command_id]
    with command.changed:
        if not command.changed.wait_for(lambda: command.output or command.exit is not None, seconds):
            return fault("TimedOut", 2150858793, "The operation timed out.")
        # An answer has its limit, too.
        taken, length = [], 0
        while command.output and length < 100_000:
            name, data = command.output.pop(0)
            taken.append((name, data))
            length += len(data)
        done = command.exit is not None and not command.output
        streams = "".join(f'<rsp:Stream Name="{name}" CommandId="{command_id}">{base64.b64encode(data).decode()}</rsp:Stream>'
                          for name, data in taken)
        state = (f'<rsp:CommandState CommandId="{command_id}" State="{SHELL}/CommandState/{"Done" if done else "Running"}">'
                 + (f"<rsp:ExitCode>{command.exit}</rsp:ExitCode>" if done else "") + "</rsp:CommandState>")
        return f'<rsp:ReceiveResponse xmlns:rsp="{SHELL}">{streams}{state}</rsp:ReceiveResponse>'


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    context = None

    def log_message(self, *_):
        pass

    def reply(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        if scheme == "Negotiate":
            token = base64.b64decode(token)
            if token[8] == 1:
                self.context = spnego.server(protocol="ntlm")
            try:
                answer = self.context.step(token)
            except spnego.exceptions.SpnegoError:
                self.context = None
                return self.reply(401, WWW_Authenticate="Negotiate")
            if not self.context.complete:
                return self.reply(401, WWW_Authenticate="Negotiate " + base64.b64encode(answer).decode())
        if self.context is None or not self.context.complete:
            return self.reply(401, WWW_Authenticate="Negotiate")
        if not body:
            return self.reply(200)
        if not self.headers["Content-Type"].startswith('multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted"'):
            return self.reply(500, b"unencrypted traffic is disabled")
        part = body.split(b"\tContent-Type: application/octet-stream\r\n", 1)[1][:-len(b"--Encrypted Boundary--\r\n")]
        length = int.from_bytes(part[:4], "little")
        text = self.context.unwrap_winrm(part[4:4 + length], part[4 + length:])
        said = re.search(rb"Length=(\d+)", body)[1]
        assert int(said) == len(text), (said, len(text))
        inner = serve(text.decode())
        message = (f'<s:Envelope xmlns:s="{S[1:-1]}" xmlns:a="{A[1:-1]}" xmlns:w="{W[1:-1]}"><s:Header/>'
                   f"<s:Body>{inner}</s:Body></s:Envelope>").encode()
        wrapped = self.context.wrap_winrm(message)
        sealed = (b"--Encrypted Boundary\r\n\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n"
                  b"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=" + str(len(message)).encode() +
                  b"\r\n--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n" +
                  len(wrapped.header).to_bytes(4, "little") + wrapped.header + wrapped.data + b"--Encrypted Boundary--\r\n")
        self.reply(500 if "<s:Fault>" in inner else 200, sealed, Content_Type=
                   'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"')


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


server = Server(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
os.unlink(credentials.name)
