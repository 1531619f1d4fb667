"""The server of a model on 127.0.0.1, which never ends: ``python -m tests.real_server MODEL``."""

from __future__ import annotations

import importlib
import signal
import sys
from typing import Any

from tests.real_server.model import TEMPLATE


def main() -> None:
    xllamacpp: Any = importlib.import_module("xllamacpp")  # the package has no types
    params: Any = xllamacpp.CommonParams()
    params.model.path = sys.argv[1]
    params.model_alias = {"tiny"}
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_ctx = 4096
    params.n_parallel = 4
    params.kv_unified = True
    params.cpuparams.n_threads = 1
    params.use_jinja = True
    params.chat_template = TEMPLATE.read_text()
    params.ui = False
    params.endpoint_slots = True
    params.endpoint_metrics = True
    server: Any = xllamacpp.Server(params)
    sys.stdout.write(f"listening at {server.listening_address}\n")
    sys.stdout.flush()
    signal.sigwait({signal.SIGTERM, signal.SIGINT})


main()
