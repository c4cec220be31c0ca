"""Drives a WinRM server with pywinrm: takes a list of steps as JSON on standard input, prints what came of each."""
import json
import sys
import warnings

import winrm
from winrm.exceptions import InvalidCredentialsError, WinRMOperationTimeoutError, WinRMTransportError
from winrm.protocol import Protocol

warnings.filterwarnings("ignore")


def run(step):
    kind = step["kind"]
    if kind in ("cmd", "ps"):
        session = winrm.Session(step["endpoint"], auth=(step["user"], step["password"]), **step.get("options", {}))
        found = session.run_cmd(step["command"], step.get("args", [])) if kind == "cmd" else session.run_ps(step["command"])
        return {"code": found.status_code, "out": found.std_out.decode(), "err": found.std_err.decode()}
    protocol = Protocol(endpoint=step["endpoint"], username=step["user"], password=step["password"], **step.get("options", {}))
    shell = protocol.open_shell(**step.get("shell", {}))
    try:
        command = protocol.run_command(shell, step["command"], step.get("args", []), **step.get("how", {}))
        for piece, end in step.get("input", []):
            protocol.send_command_input(shell, command, piece, end=end)
        if kind == "interrupt":
            polls = 0
            try:
                protocol.get_command_output_raw(shell, command)
            except WinRMOperationTimeoutError:
                polls += 1
            protocol.cleanup_command(shell, command)
            return {"timeouts": polls}
        out, err, code = protocol.get_command_output(shell, command)
        protocol.cleanup_command(shell, command)
        return {"code": code, "out": out.decode(), "err": err.decode()}
    finally:
        protocol.close_shell(shell)


results = []
for step in json.load(sys.stdin):
    try:
        results.append(run(step))
    except InvalidCredentialsError as error:
        results.append({"refused": str(error)})
    except WinRMTransportError as error:
        results.append({"failed": str(error)})
    except Exception as error:  # noqa: BLE001
        results.append({"error": type(error).__name__ + ": " + str(error)})
json.dump(results, sys.stdout)
