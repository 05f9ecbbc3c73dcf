"""How long a run over a Dask cluster takes: a simulation of single events, with the measured figures of bench/scaling.json.

Tasks are handed out in order to worker threads. Those of PostgreSQL hold their finished day until a connection is theirs; the server
shares its rate among them. The client plans before the first task, hands tasks out one by one, and takes days over in order.
"""
import heapq
from collections import deque
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Work:
    """Days, in order: (line items, groups)."""

    days: tuple
    files: int
    task_rows: int = 20_000_000
    days_before: int = 0  # that a folder of files has records of

    @staticmethod
    def even(clusters, days, line_items_a_day, groups_a_day, files, days_before=0):
        return Work(((line_items_a_day, groups_a_day),) * (clusters * days), files, days_before=days_before)


@dataclass(frozen=True)
class Machines:
    slots: int  # worker threads
    cores: float  # for them
    client_on_same_cores: bool = False  # and the scheduler
    sink: str = "parquet"
    connections: int = 2
    server_rows_a_second: float = 0  # all connections together; 0: as measured with so many
    worker_bytes_a_second: float = 1.25e9  # a thread's share of its machine's network
    store_bytes_a_second: float = float("inf")
    request_seconds: float = 0  # of the store, beside the measured seconds a file
    requests_at_once: int = 4


@dataclass
class Outcome:
    seconds: float = 0
    worker_seconds: float = 0  # of threads that work, or wait for PostgreSQL with a day in hand
    waiting_seconds: float = 0  # of those, without a connection
    server_seconds: float = 0  # with as many days under way as the server can make use of
    client_seconds: float = 0  # planning, handing out, taking over
    planning_seconds: float = 0
    fetched_bytes: float = 0
    sent_bytes: float = 0
    peak_connections: int = 0
    peak_bytes_a_second: float = 0
    slots: int = 1
    shares: dict = field(default_factory=dict)

    @property
    def bound(self):
        return max(self.shares, key=self.shares.get)


def linear(factors, line_items, groups):
    return factors["million_line_items"] * line_items / 1e6 + factors["thousand_groups"] * groups / 1e3 + factors["day"]


class Model:
    def __init__(self, figures):
        self.parquet, self.postgres, self.client, self.dask = (figures[name] for name in ("parquet", "postgres", "client", "dask"))

    def seconds(self, part, line_items, groups, slots_a_core, client_cpu=0.0):
        """Of a part of a task: what waits for disks goes on beside other threads, what computes only on as many as there are cores."""
        cpu, wait = linear(part["cpu_seconds"], line_items, groups), linear(part["wait_seconds"], line_items, groups)
        return max(cpu + wait, (cpu + client_cpu) * slots_a_core)

    def fetched(self, line_items, groups):
        return linear(self.parquet["fetched_bytes"], line_items, groups)

    def server_rate(self, machines, active):
        """Rows a second of all together, while so many connections write."""
        measured = {int(count): rate for count, rate in self.postgres["rows_a_second"].items()}
        one = measured[1]
        most = machines.server_rows_a_second or max(rate for count, rate in measured.items() if count <= max(machines.connections, 1))
        return min(one * active, most)

    def simulate(self, work, machines):
        return _Run(self, work, machines).run()


class _Run:
    def __init__(self, model, work, machines):
        self.model, self.work, self.machines = model, work, machines
        self.outcome = Outcome(slots=machines.slots)
        self.events, self.count = [], 0  # (time, number, what, task)
        self.free, self.ready = machines.slots, deque()
        self.waiting = deque()  # days for PostgreSQL without a connection
        # The server's clock counts rows that each of its connections has written.
        self.active, self.served, self.served_at, self.version = [], 0.0, 0.0, 0
        self.missing, self.done = {}, {}

    def at(self, time, what, task=None):
        self.count += 1
        heapq.heappush(self.events, (time, self.count, what, task))

    def run(self):
        client, machines = self.model.client, self.machines
        dask = self.model.dask[f"{min(machines.slots, 2)} workers"]
        planning = dask["start_seconds"] + client["plan_seconds_a_run"] + self.work.files * (
            client["plan_seconds_a_file"] + machines.request_seconds / machines.requests_at_once)
        self.outcome.planning_seconds = now = planning
        each = dask["tiny_day_client_cpu_seconds_a_task"]
        self.each, self.latency = each, self.model.dask["1 workers"]["no_op_seconds_a_task"]
        for day, (line_items, groups) in enumerate(self.work.days):
            parts = -(-int(line_items) // self.work.task_rows)
            self.missing[day] = parts
            for _ in range(parts):
                now += each
                self.at(now, "ready", (day, line_items / parts, groups, "whole" if parts == 1 else "part"))
        end = now
        while self.events:
            time, _, what, task = heapq.heappop(self.events)
            getattr(self, f"on_{what}")(time, task)
            end = max(end, time)
        return self.close(end)

    def on_ready(self, time, task):
        self.ready.append(task)
        self.begin(time)

    def begin(self, time):
        while self.free and self.ready:
            task = self.ready.popleft()
            self.free -= 1
            _, line_items, groups, kind = task
            slots_a_core = (self.machines.slots - self.free) / self.machines.cores
            model, bytes_ = self.model, 0.0 if kind == "finish" else self.model.fetched(line_items, groups)
            part = model.parquet["task"] if self.machines.sink == "parquet" else model.postgres["fold"]
            items = 0 if kind == "finish" else line_items
            seconds = self.latency + model.seconds(part, items, 0 if kind == "part" else groups, slots_a_core,
                                                   self.each if self.machines.client_on_same_cores else 0.0)
            bandwidth = min(self.machines.worker_bytes_a_second, self.machines.store_bytes_a_second / self.machines.slots)
            duration = max(seconds, bytes_ / bandwidth)
            self.outcome.fetched_bytes += bytes_
            self.outcome.peak_bytes_a_second = max(self.outcome.peak_bytes_a_second, (self.machines.slots - self.free) * bytes_ / duration)
            self.outcome.worker_seconds += duration
            self.at(time + duration, "folded", task)

    def on_folded(self, time, task):
        day, line_items, groups, kind = task
        if kind == "part":
            self.missing[day] -= 1
            self.release(time)
            if self.missing[day] == 0:
                self.ready.appendleft((day, line_items, groups, "finish"))
                self.begin(time)
        elif self.machines.sink == "parquet":
            self.outcome.sent_bytes += self.model.parquet["bytes_a_thousand_groups"] * groups / 1e3
            self.finish(time, day)
        else:
            self.waiting.append((time, day, groups))
            self.connect(time)

    def connect(self, time):
        """Gives free connections to days that wait, and foretells which of those under way ends first."""
        self.serve(time)
        while self.waiting and len(self.active) < self.machines.connections:
            since, day, groups = self.waiting.popleft()
            rows = self.model.seconds(self.model.postgres["write"], 0, groups, 0) * self.model.server_rate(self.machines, 1)  # fixed seconds as rows
            self.outcome.waiting_seconds += time - since
            self.outcome.sent_bytes += self.model.postgres["bytes_a_thousand_groups"] * groups / 1e3
            heapq.heappush(self.active, (self.served + rows, day, since))
            self.outcome.peak_connections = max(self.outcome.peak_connections, len(self.active))
        self.version += 1
        if self.active:
            left = self.active[0][0] - self.served
            rate = self.model.server_rate(self.machines, len(self.active)) / len(self.active)
            self.at(time + max(0.0, left) / rate, "written", self.version)

    def serve(self, time):
        if self.active:
            rate = self.model.server_rate(self.machines, len(self.active))
            self.served += (time - self.served_at) * rate / len(self.active)
            self.outcome.server_seconds += (time - self.served_at) * rate / self.model.server_rate(self.machines, self.machines.connections)
        self.served_at = time

    def on_written(self, time, version):
        if version != self.version:
            return
        self.serve(time)
        _, day, since = heapq.heappop(self.active)
        self.outcome.worker_seconds += time - since
        self.finish(time, day)
        self.connect(time)

    def finish(self, time, day):
        self.done[day] = time
        self.release(time)

    def release(self, time):
        self.free += 1
        self.begin(time)

    def close(self, end):
        client, now, taking = self.model.client, 0.0, 0.0
        for day in range(len(self.work.days)):
            each = 0.0
            if self.machines.sink == "parquet":
                each = client["deliver_seconds_a_day"] + client["deliver_seconds_a_day_and_day_before"] * (self.work.days_before + day)
            now = max(now, self.done[day]) + each
            taking += each
        found = self.outcome
        found.seconds = max(end, now)
        found.client_seconds = found.planning_seconds + max(taking, self.each * len(self.work.days))  # by two threads
        network = found.fetched_bytes / min(self.machines.worker_bytes_a_second * found.slots, self.machines.store_bytes_a_second)
        found.shares = {"workers": (found.worker_seconds - found.waiting_seconds) / found.slots / found.seconds,
                        "PostgreSQL": found.server_seconds / found.seconds, "network": network / found.seconds,
                        "client": found.client_seconds / found.seconds}
        return found
