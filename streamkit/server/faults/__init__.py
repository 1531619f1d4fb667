"""Faults: answers that go wrong on purpose, for tests of clients.

A fault is data: a mapping such as ``{"kind": "cut", "after": 3}``, the same as JSON, or as short
text, ``cut?after=3``. `read` makes a `Fault` of any of them. A request is answered with the fault

- that its header ``x-streamkit-fault`` names, else
- that its model names: ``fault:cut?after=3``, else
- that the server was given: ``EmbeddedServer(fault="cut?after=3")``, or set later as its ``fault``.

A request that the server refuses anyway is refused as usual. ``after`` is the number of events that
come before the fault; an answer that is not streamed counts as two events, its halves, and the
fault is between them (before them with ``after=0``). A fault that would come after the end does not
come. ``times=2`` spares a request that was hit twice, so that its next repetition succeeds.

| kind | effect | its own parameters |
|---|---|---|
| ``status`` | an error instead of an answer | ``code`` (500), ``retry_after`` in seconds |
| ``hang_up`` | the connection is closed before the headers | |
| ``not_http`` | bytes that are not HTTP, and the connection is closed | |
| ``silence`` | nothing comes, not even headers, until `EmbeddedServer.release` | |
| ``cut`` | the connection is closed | ``unit``: count ``events`` or ``bytes`` |
| ``truncate`` | the answer ends early, but by the rules of HTTP | ``unit`` |
| ``reset`` | the connection is reset, with RST | ``unit`` |
| ``half_frame`` | half an event comes, and the connection is closed | |
| ``stall`` | nothing more comes until `EmbeddedServer.release` | |
| ``drip`` | the rest comes in little pieces | ``size`` in bytes (1), ``pace`` in seconds (0) |
| ``error`` | an error event, and the end | ``message``, ``error_type``, ``named`` (in chat) |
| ``garbage`` | an event that is not JSON, and the rest | |
| ``duplicate`` | an event comes twice | |
| ``reorder`` | two events change places | |
| ``keep_alives`` | comments before the next event | ``count`` (endless if not given), ``pace`` |

A stalled answer ends when the client leaves or the server stops. `BrokenTLS` is another server, for
failures before any request.
"""

from __future__ import annotations

from streamkit.server.faults.fault import Fault
from streamkit.server.faults.kinds import KINDS, read
from streamkit.server.faults.tls import BrokenTLS

__all__ = ["KINDS", "BrokenTLS", "Fault", "read"]
