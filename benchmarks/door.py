"""1,000 people through five desks in half an hour, in a hall whose network comes and goes.

    python benchmarks/door.py [--people 1000] [--desks 5] [--seed 1] [--workers 2]
                              [--database-url postgresql://…]

People and their time are simulated (`_hall.py`): they come by bus and by themselves, wait in one
line, and show a badge; some have left it at home and are found by name, some come unregistered,
some stand in for others (half of those were replaced while the hall had no network), some show a
badge of somebody who is in already, or that of somebody who was replaced. The devices are real as
far as the server can tell (`_door_phone.py`): each entry goes over HTTP to a server of its own, is
kept until it is acknowledged, and is judged by the device where there is no answer. Their clocks
are wrong by up to hours; two answers in a hundred are lost; the network of the hall is down for
nine minutes, that of single desks for some; one device dies and comes back.

Printed beside one another: how long people waited; the same people with desks that need the network
for every verdict, and so stand still while there is none; and at the 25 s a person that are called
normal where badges are looked for at the desk. Then what the server has, compared with what was
done: nothing may be lost, nothing be there twice, everybody's first time be the true one.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from _door_phone import Log, Phone
from _hall import OPENING_S, Absence, Outage, Visit, Waits, arrival_times, every, run, service_time
from _server import EVENT, Server, serving
from sqlalchemy import text

OPENED = datetime(2012, 11, 16, 0, 15, tzinfo=UTC)  # 07:15 at the place of the demo
SYNC_S = 10.0
"""The app asks every 5 s; a device may ask 120 times in a minute of real time, and here that is
many minutes."""
CLOCKS_S = (0.0, 37.0, -140.0, 5_400.0, -31_536_000.0, 2.0, 11.0, -3.0)
"""How far the clocks of the devices are behind."""
LOST_ANSWERS = 0.02
NORMAL_S = 25.0
OUTAGES = (
    Outage(240, 420, (2,)),
    Outage(900, 1440),  # the whole hall, from 07:30 on
    Outage(1500, 1590, (0, 4)),
)
ABSENCES = (Absence(1, 700, 1000),)
SHARES = {"name": 0.05, "walk_in": 0.01, "substitute": 0.015}
AGAIN, OLD_BADGES = 0.03, 0.4

_SUBSTITUTE = """
import json, sys
from eventapp import create_app
from eventapp.events import service as events
from eventapp.registration.substitution import Substitute, substitute
slug, people = json.load(sys.stdin)
with create_app(serving=False).app_context():
    event = events.find(slug)
    print(json.dumps([substitute(event, id_, Substitute(name)).code for id_, name in people]))
"""
_CLOSING = """
import json, sys
from eventapp import create_app
from eventapp.checkin import closing
from eventapp.events import service as events
slug, checkpoint = json.load(sys.stdin)
with create_app(serving=False).app_context():
    found = closing.standing(events.find(slug).id, checkpoint)
    rows = [(it.name, it.state, it.counts.made, it.counts.received) for it in found.devices.rows]
    print(json.dumps([rows, found.open_discrepancies]))
"""


@dataclass(frozen=True)
class Plan:
    """Who comes, and who is replaced by whom while the hall has no network."""

    visits: tuple[Visit, ...]
    early: tuple[tuple[int, str], ...]
    """(id, old code) of those who were replaced before."""
    late: tuple[tuple[int, str], ...]


def plan_of(people: Sequence[tuple[int, str]], number: int, rng: random.Random) -> Plan:
    """Draw kinds, times and service times. A substitute's code is "new:" and their old one."""
    kinds = [kind for kind, share in SHARES.items() for _ in range(round(share * number))]
    kinds += ["badge"] * (number - len(kinds))
    rng.shuffle(kinds)
    visits: list[Visit] = []
    early: list[tuple[int, str]] = []
    late: list[tuple[int, str]] = []
    source = iter(people)
    for at, kind in zip(arrival_times(number, rng), kinds, strict=True):
        id_, code = (0, "") if kind == "walk_in" else next(source)
        if kind == "substitute":
            is_late = at > OUTAGES[1].start + 60 and at < OUTAGES[1].end
            (late if is_late else early).append((id_, code))
            if rng.random() < OLD_BADGES:
                visits.append(
                    Visit(
                        rng.uniform(at, OPENING_S),
                        "old_badge",
                        code,
                        service_time("old_badge", rng),
                    )
                )
            code = f"new:{code}"
        visits.append(Visit(at, kind, code, service_time(kind, rng)))
        if kind == "badge" and rng.random() < AGAIN:
            later = min(OPENING_S, at + rng.uniform(40, 420))
            visits.append(Visit(later, "again", code, service_time("again", rng)))
    return Plan(tuple(sorted(visits, key=lambda it: it.at)), tuple(early), tuple(late))


class Door:
    """The desks, and what happens at them."""

    def __init__(self, server: Server, desks: int, checkpoint: int, rng: random.Random) -> None:
        self.server, self.checkpoint, self.log, self._rng = server, checkpoint, Log(), rng
        self.new_codes: dict[str, str] = {}
        self.phones = [
            Phone(
                server,
                number,
                _new_supervisor(server, f"Cửa chính {number + 1}"),
                checkpoint,
                OPENED,
                CLOCKS_S[number % len(CLOCKS_S)],
                self.log,
            )
            for number in range(desks)
        ]
        with server.engine().connect() as connection:
            self._delegations = list(connection.scalars(text("select id from delegation")))
            self._category = connection.scalar(text("select min(id) from category"))
        for phone in self.phones:
            phone.catch_up()

    def scan(self, desk: int, visit: Visit, at: float) -> float:
        """Serve somebody; the seconds that the verdict took."""
        phone, is_online = self.phones[desk], self._is_online(desk, at)
        code, source = visit.code, "name" if visit.kind == "name" else "camera"
        if visit.kind == "walk_in":
            name = f"Nguyễn Khách Mới {len(self.log.made)}"
            code = phone.walk_in(name, self._rng.choice(self._delegations), self._category, at)
            source = "walk_in"
            if is_online:
                phone.flush()
        code = self.new_codes.get(code, code)
        loses = is_online and self._rng.random() < LOST_ANSWERS
        return phone.scan(code, at, source, is_online=is_online, loses_answer=loses)

    def catch_up(self, at: float) -> None:
        """Every device that has a network says how it stands and learns what is new."""
        for phone in self.phones:
            if self._is_online(phone.number, at):
                phone.catch_up()

    def die(self, _at: float) -> None:
        """Whoever is absent has lost what was not stored."""
        for it in ABSENCES:
            self.phones[it.desk].die_and_come_back()

    def substitute(self, people: Sequence[tuple[int, str]]) -> None:
        """Replace these people; the codes of whoever comes instead."""
        given = [[id_, f"Trần Thay Thế {id_}"] for id_, _ in people]
        codes = _child(self.server, _SUBSTITUTE, [EVENT, given]) if given else []
        self.new_codes |= {f"new:{old}": new for (_, old), new in zip(people, codes, strict=True)}

    @staticmethod
    def _is_online(desk: int, at: float) -> bool:
        is_gone = any(it.desk == desk and it.start <= at < it.end for it in ABSENCES)
        return not is_gone and not any(it.holds(desk, at) for it in OUTAGES)


def _new_supervisor(server: Server, name: str) -> str:
    made = server.run("device", "create", EVENT, name, "--rights", "supervisor")
    return next(line.split()[1] for line in made.splitlines() if line.startswith("token"))


def _child(server: Server, script: str, given: Any) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=server.environment,
        input=json.dumps(given),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def _shown(label: str, waits: Waits) -> str:
    return (
        f"{label:42} median {statistics.median(waits.seconds):6.0f} s   p90 "
        f"{waits.quantile(0.9):6.0f} s   worst {max(waits.seconds):6.0f} s   longest line "
        f"{waits.longest_line:4}   over after {waits.over_at / 60:5.1f} min"
    )


def compare(door: Door) -> list[str]:
    """What the server has is what was done; what is not so."""
    wrong: list[str] = []
    log, ids = door.log, list(door.log.made)
    engine = door.server.engine()
    with engine.connect() as connection:
        scans = connection.execute(
            text(
                "select s.id, s.verdict, s.reason, s.happened_at, s.delegate_id from scan s"
                " where s.checkpoint_id = :checkpoint"
            ),
            {"checkpoint": door.checkpoint},
        ).all()
        came = dict(
            connection.execute(
                text(
                    "select delegate_id, first_read_at from attendance"
                    " where checkpoint_id = :checkpoint"
                ),
                {"checkpoint": door.checkpoint},
            ).all()
        )
        owners = dict(connection.execute(text("select code, id from delegate")).all())
        approved = set(
            connection.scalars(
                text(
                    "select d.id from delegate d join delegate_day y on y.delegate_id = d.id"
                    " join checkpoint c on c.day_id = y.day_id"
                    " where c.id = :checkpoint and d.status = 'approved'"
                ),
                {"checkpoint": door.checkpoint},
            )
        )
        found = dict(
            connection.execute(text("select kind, count(*) from discrepancy group by kind")).all()
        )
    engine.dispose()
    if sorted(it.id for it in scans) != sorted(ids):
        missing = len(set(ids) - {it.id for it in scans})
        wrong.append(f"{missing} scans are missing, {len(scans)} are there of {len(ids)}")
    truth: dict[int, datetime] = {}
    for it in log.made.values():
        whose = owners.get(it["code"])
        if whose in approved:
            truth[whose] = min(truth.get(whose, it["true_at"]), it["true_at"])
    if set(truth) != set(came):
        wrong.append(f"{len(set(truth) ^ set(came))} people differ in attendance")
    for whose, at in truth.items():
        if whose in came and abs(_instant(came[whose]) - at) > timedelta(milliseconds=2):
            wrong.append(f"the first time of {whose} is {came[whose]} and not {at}")
    rows, opened = _child(door.server, _CLOSING, [EVENT, door.checkpoint])
    wrong += [
        f"{name}: {state}, {made} made, {got} here"
        for name, state, made, got in rows
        if state != "complete"
    ]
    doubles = sum(len(it) - 1 for it in log.let_in.values() if len(it) > 1)
    print(
        f"log: {len(ids)} entries made, {len(scans)} on the server, each once; "
        f"{log.sent_again} sent later or again\n"
        f"attendance: {len(came)} people, {len(truth)} in truth; walk-ins: "
        f"{', '.join(f'{k} {v}' for k, v in sorted(_tally(log.walk_ins.values()).items()))}\n"
        f"let in twice by desks that did not know of each other: {doubles}; to be looked at: "
        f"{', '.join(f'{kind} {count}' for kind, count in sorted(found.items())) or 'nothing'}\n"
        f"closing out: {sum(row[1] == 'complete' for row in rows)} of {len(rows)} devices "
        f"complete, {opened} to be looked at"
    )
    return wrong


def _tally(values: Any) -> dict[str, int]:
    counts: dict[str, int] = {}
    for it in values:
        counts[it] = counts.get(it, 0) + 1
    return counts


def _instant(value: Any) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _people(server: Server, checkpoint: int, rng: random.Random) -> list[tuple[int, str]]:
    with server.engine().connect() as connection:
        rows = connection.execute(
            text(
                "select d.id, d.code from delegate d join delegate_day y on y.delegate_id = d.id"
                " join checkpoint c on c.day_id = y.day_id"
                " where c.id = :checkpoint and d.status = 'approved' order by d.id"
            ),
            {"checkpoint": checkpoint},
        ).all()
    people = [(row.id, row.code) for row in rows]
    rng.shuffle(people)
    return people


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--desks", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2, help="processes of the server")
    parser.add_argument("--database-url", help="an empty PostgreSQL database")
    given = parser.parse_args()
    rng = random.Random(given.seed)
    like: dict[str, Any] = {"database_url": given.database_url, "workers": given.workers}
    with serving(round(given.people * 1.6), **like) as server:
        with server.engine().connect() as connection:
            checkpoint = connection.scalar(text("select min(id) from checkpoint"))
        plan = plan_of(_people(server, checkpoint, rng), given.people, rng)
        door = Door(server, given.desks, checkpoint, rng)
        door.substitute(plan.early)
        late = OUTAGES[1].start + 60
        chores = [
            *every(SYNC_S, OPENING_S + 600, door.catch_up),
            (ABSENCES[0].start, door.die),
            (late, lambda _at: door.substitute(plan.late)),
        ]
        waits = run(plan.visits, given.desks, door.scan, absences=ABSENCES, chores=chores)
        door.catch_up(OPENING_S * 10)
        door.catch_up(OPENING_S * 10)
        latency = statistics.median(door.log.online_ms) / 1000
        always = run(
            plan.visits,
            given.desks,
            lambda *_: latency,
            absences=ABSENCES,
            stands_still=OUTAGES,
        )
        normal = [Visit(it.at, it.kind, it.code, max(it.service, NORMAL_S)) for it in plan.visits]
        print(
            f"{len(plan.visits)} visits of {given.people} people in {OPENING_S / 60:.0f} min, "
            f"{given.desks} desks; {statistics.mean(it.service for it in plan.visits):.1f} s at "
            f"the desk on average; no network for "
            f"{sum(it.end - it.start for it in OUTAGES if not it.desks) / 60:.0f} min"
        )
        print(_shown("this app", waits))
        print(_shown("with a network for every verdict", always))
        print(_shown(f"{NORMAL_S:.0f} s a person", run(normal, given.desks, lambda *_: 0.0)))
        online = sorted(door.log.online_ms)
        print(
            f"verdicts: {door.log.by_server} by the server, {door.log.by_device} by the device; "
            f"over HTTP p50 {online[len(online) // 2]:.1f} ms, "
            f"p99 {online[int(len(online) * 0.99)]:.1f} ms"
        )
        wrong = compare(door)
    for it in wrong[:20]:
        print(f"WRONG: {it}")
    print("nothing was lost" if not wrong else f"{len(wrong)} things are WRONG")
    return 0 if not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
