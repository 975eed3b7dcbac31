"""A device of `door.py`: it keeps its log as the app does, over real HTTP.

An entry is in the outbox before anything is shown, is sent at once where there is a network, and
leaves only when the server has acknowledged its id. Without an answer the device judges by what it
knows: the roster, and who has passed as far as it was told.
"""

import http.client
import json
import random
import time
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from _server import EVENT, Server

WAITS_S = 0.25
"""So long the app waits for the server before it answers by itself."""
_BATCH = 500
_BETWEEN_S = 0.52
"""Real seconds between two times that a device asks for what is new: the server allows no more."""
_OFFERED = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass
class Log:
    """What all devices did, to be compared with what the server has."""

    made: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Every entry by its id: as it was sent, with ``true_at``."""
    let_in: dict[str, list[int]] = field(default_factory=dict)
    """By code: at which desks somebody was let in."""
    online_ms: list[float] = field(default_factory=list)
    by_server: int = 0
    by_device: int = 0
    sent_again: int = 0
    walk_ins: dict[str, str] = field(default_factory=dict)
    """By id: what became of them."""


class Phone:
    """One device. ``clock_off`` is how far its clock is behind (s)."""

    def __init__(
        self,
        server: Server,
        number: int,
        token: str,
        checkpoint: int,
        opened: datetime,
        clock_off: float,
        log: Log,
    ) -> None:
        self.number, self.log = number, log
        self._server, self._token, self._checkpoint = server, token, checkpoint
        self._opened, self._clock_off = opened, clock_off
        self._connection = http.client.HTTPConnection(server.host, server.port)
        self.outbox: dict[str, dict[str, Any]] = {}
        self.walk_ins: dict[str, dict[str, Any]] = {}
        self.made = 0
        self._known: dict[str, Any] = {"roster": None, "log": None, "tables": None}
        self._lines: dict[int, list[Any]] = {}
        self._codes: dict[str, int] = {}
        self._passed: set[int] = set()
        self._day: int | None = None
        self._asked_at = 0.0

    # --- What it does ---------------------------------------------------------------------------

    def scan(
        self, code: str, at: float, source: str, *, is_online: bool, loses_answer: bool = False
    ) -> float:
        """One reading; the seconds that its verdict took."""
        entry: dict[str, Any] = {
            "id": str(uuid.uuid4()),
            "checkpoint": self._checkpoint,
            "code": code,
            "read_at": self._by_its_clock(at),
            "offset_ms": round(self._clock_off * 1000),
            "source": source,
        }
        self.outbox[entry["id"]] = entry
        self.made += 1
        self.log.made[entry["id"]] = {**entry, "true_at": self._true(at), "desk": self.number}
        verdict, took = None, 0.0
        if is_online:
            begun = time.perf_counter()
            results = self._send([entry], forget=loses_answer)
            took = time.perf_counter() - begun
            self.log.online_ms.append(took * 1000)
            if results and took <= WAITS_S and not loses_answer:
                verdict = results[entry["id"]]["verdict"]
                self.log.by_server += 1
            took = min(took, WAITS_S)
        if verdict is None:
            verdict = self._judge(code)
            self.log.by_device += 1
            if entry["id"] in self.outbox:
                self.outbox[entry["id"]]["shown"] = verdict
        if verdict in ("admitted", "to_confirm"):
            self.log.let_in.setdefault(code, []).append(self.number)
            if code in self._codes:
                self._passed.add(self._codes[code])
        return took

    def walk_in(self, name: str, delegation: int, category: int, at: float) -> str:
        """Register somebody; the code that is written on their badge."""
        code = "".join(random.choice(_OFFERED) for _ in range(12))
        id_ = str(uuid.uuid4())
        self.walk_ins[id_] = {
            "id": id_,
            "made_at": self._by_its_clock(at),
            "offset_ms": round(self._clock_off * 1000),
            "name": name,
            "position": "Chuyên viên",
            "organisation": "Văn phòng",
            "delegation": delegation,
            "category": category,
            "phone": "",
            "email": "",
            "note": "",
            "code": code,
        }
        return code

    def catch_up(self) -> None:
        """Send what waits, walk-ins first, and learn what is new."""
        self.flush()
        counts = {str(self._checkpoint): [self.made, len(self.outbox)]}
        unsent = len(self.outbox) + len(self.walk_ins)
        time.sleep(max(0.0, self._asked_at + _BETWEEN_S - time.monotonic()))
        self._asked_at = time.monotonic()
        answer = self._call("sync", {**self._known, "unsent": unsent, "counts": counts})
        self._learn(answer)

    def flush(self) -> None:
        """Send what waits."""
        if self.walk_ins:
            waiting = list(self.walk_ins.values())[:50]
            for result in self._call("walkins", {"walk_ins": waiting})["results"]:
                self.log.walk_ins[result["id"]] = result["outcome"]
                del self.walk_ins[result["id"]]
        while self.outbox:
            batch = list(self.outbox.values())[:_BATCH]
            self.log.sent_again += len(batch)
            self._send(batch)

    def die_and_come_back(self) -> None:
        """Only what was stored is left."""
        stored = json.dumps([self.outbox, self.walk_ins, self.made])
        self._connection.close()
        self.outbox, self.walk_ins, self.made = json.loads(stored)

    # --- How ------------------------------------------------------------------------------------

    def _judge(self, code: str) -> str:
        delegate = self._codes.get(code)
        if delegate is None:
            return "to_confirm"
        line = self._lines[delegate]
        if line[2] != "approved" or (self._day is not None and self._day not in line[9]):
            return "refused"
        return "duplicate" if delegate in self._passed else "admitted"

    def _learn(self, answer: dict[str, Any]) -> None:
        if answer["tables"] is not None:
            self._known["tables"] = answer["tables"]["digest"]
            [own] = [it for it in answer["tables"]["checkpoints"] if it["id"] == self._checkpoint]
            self._day = own["day"]
        roster = answer["roster"]
        if roster["whole"]:
            self._lines.clear()
        for line in roster["people"]:
            self._lines[line[0]] = line
        for gone in roster["gone"]:
            self._lines.pop(gone, None)
        if roster["people"] or roster["gone"]:
            self._codes = {code: it[0] for it in self._lines.values() for code in it[1]}
        if answer["log"]["whole"]:
            self._passed.clear()
        for checkpoint, delegate, first, _inside in answer["log"]["passed"]:
            if checkpoint == self._checkpoint:
                (self._passed.add if first is not None else self._passed.discard)(delegate)
        self._known |= {"roster": roster["number"], "log": answer["log"]["cursor"]}

    def _send(
        self, entries: list[dict[str, Any]], *, forget: bool = False
    ) -> dict[str, dict[str, Any]]:
        answer = self._call("scans", {"scans": entries})
        results = {it["id"]: it for it in answer["results"]}
        if not forget:
            for id_ in results:
                self.outbox.pop(id_, None)
        return results

    def _call(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        address, encoded = f"/api/v1/events/{EVENT}/{path}", json.dumps(body).encode()
        try:
            self._connection.request("POST", address, encoded, headers)
            answer = self._connection.getresponse()
        except (ConnectionError, http.client.HTTPException):
            # The server closes a connection that nothing came over; what is sent again has its id.
            self._connection.close()
            self._connection.request("POST", address, encoded, headers)
            answer = self._connection.getresponse()
        read = json.loads(answer.read())
        if answer.status != 200:
            raise RuntimeError(f"{path}: the server answered {answer.status}: {read}")
        return dict(read)

    def _true(self, at: float) -> datetime:
        return self._opened + timedelta(seconds=at)

    def _by_its_clock(self, at: float) -> str:
        return (self._true(at) - timedelta(seconds=self._clock_off)).isoformat()
