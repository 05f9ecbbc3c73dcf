"""The made-up cluster of generate.py: its nodes, namespaces and label texts, and which pods run where on which day."""
import json

import numpy

HOURS = 24
GIB = 2.0**30
WORDS = ["shop", "search", "billing", "mail", "auth", "cache", "queue", "ledger", "catalog", "report", "ingest", "proxy", "metrics", "audit",
         "media", "stock", "cart", "geo", "risk", "notify"]
NAMED_KEYS = ["app", "team", "environment", "tier", "version", "component", "cost_center", "owner", "region", "zone"]
KEYS = NAMED_KEYS + [f"label_{number:02d}" for number in range(len(NAMED_KEYS), 60)]
ENABLED_KEYS = KEYS[:25]
SHARE_OF_LASTING_PODS = 0.7  # they run all hours of all days; the others 1 to 12 hours of one day
MEAN_HOURS = SHARE_OF_LASTING_PODS * HOURS + (1 - SHARE_OF_LASTING_PODS) * 6.5
NO_NODE = 0.005
NO_LABELS = 0.03
MASTERS, INFRAS = 3, 2


def role_of(node):
    return "master" if node < MASTERS else "infra" if node < MASTERS + INFRAS else "worker"


def namespace_name(number):
    if number % 5 == 0:
        return f"openshift-{WORDS[number % len(WORDS)]}-{number}"
    return f"kube-{number}" if number % 50 == 1 else f"{WORDS[number % len(WORDS)]}-{('prod', 'dev', 'stage')[number % 3]}-{number}"


def label_text(random, number):
    """5 to 15 of the keys; a share of the values is the workload's own, so that texts differ."""
    keys = random.choice(len(KEYS), random.integers(5, 16), replace=False)
    return json.dumps({KEYS[key]: f"{WORDS[(number * 7 + key) % len(WORDS)]}-{number if key % 3 == 0 else int(key) % 40:05d}" for key in keys})


class Pods:
    """Some pods of a day, an array a property. Node -1 is none."""

    def __init__(self, workload, node, names, random, running, start):
        self.workload, self.node, self.names, self.running, self.start = workload, node, names, running, start
        self.has_labels = random.random(len(workload)) >= NO_LABELS
        self.request = random.choice([0.05, 0.1, 0.25, 0.5, 1.0, 2.0], len(workload))
        self.memory = random.choice([64, 256, 512, 1024, 4096], len(workload)) * 2.0**20
        self.limit = random.choice([1.0, 1.5, 2.0], len(workload))

    PROPERTIES = ("workload", "node", "running", "start", "has_labels", "request", "memory", "limit")

    def and_also(self, others):
        both = object.__new__(Pods)
        for name in self.PROPERTIES:
            setattr(both, name, numpy.concatenate([getattr(self, name), getattr(others, name)]))
        both.names = self.names + others.names
        return both


class Cluster:
    def __init__(self, options):
        self.options = options
        random = numpy.random.default_rng(options.seed)
        self.node_count = options.nodes
        self.nodes = [f"ip-10-0-{number // 250}-{number % 250}.worker.example" for number in range(options.nodes)] + [""]
        self.resource_ids = [f"i-{number * 2654435761:017x}" for number in range(options.nodes)] + [""]
        self.roles = [role_of(number) for number in range(options.nodes)] + [""]
        self.cores = numpy.append(random.choice([8.0, 16.0, 32.0], options.nodes), 0.0)
        self.namespaces = [namespace_name(number) for number in range(options.namespaces)]
        self.labels = [label_text(random, number) for number in range(options.label_sets)] + ["{}"]
        self.namespace_of = random.integers(0, options.namespaces, options.label_sets)
        weights = 1.0 / (numpy.arange(options.label_sets) + options.label_sets / 20) ** 0.7
        self.weights = weights / weights.sum()
        self.combinations = None
        if options.groups:
            self.combinations = random.choice(options.label_sets * options.nodes, options.groups, replace=False)
        self.pods_a_day = max(10, round(options.rows / (options.days * MEAN_HOURS)))
        lasting = round(self.pods_a_day * SHARE_OF_LASTING_PODS)
        self.lasting = self.make_pods(random, lasting, "l", numpy.full(lasting, HOURS), numpy.zeros(lasting, int))

    def make_pods(self, random, count, mark, running, start):
        if self.combinations is None:
            workload = random.choice(len(self.weights), count, p=self.weights)
            node = random.integers(0, self.node_count, count)
        else:  # each combination at least once, if there are so many pods
            chosen = numpy.concatenate([self.combinations[:count],
                                        random.choice(self.combinations, max(0, count - len(self.combinations)))])
            workload, node = chosen // self.node_count, chosen % self.node_count
        node[random.random(count) < NO_NODE] = -1
        names = [f"{WORDS[kind % len(WORDS)]}-{kind:05d}-{mark}{number:06x}" for number, kind in enumerate(workload)]
        return Pods(workload, node, names, random, running, start)

    def pods_of_day(self, random, day):
        count = self.pods_a_day - len(self.lasting.workload)
        return self.lasting.and_also(
            self.make_pods(random, count, f"d{day:02d}", random.integers(1, 13, count), random.integers(0, 13, count)))

    def label_number(self, pods):
        return numpy.where(pods.has_labels, pods.workload, len(self.labels) - 1)

    def label_texts_of_nodes(self, day):
        """(node, text), some twice, and one node with two different label sets."""
        def text(number, environment):
            return json.dumps({"team": f"team-{number % 10}", "environment": environment, "region": "us-east-2", "zone": "abc"[number % 3],
                               "kubernetes_io_hostname": self.nodes[number], "node_role_kubernetes_io": self.roles[number]})

        return self.with_a_change([(number, text(number, "prod")) for number in range(self.node_count)], text, day)

    def label_texts_of_namespaces(self, day):
        def text(number, environment):
            return json.dumps({"team": f"team-{number % 30}", "environment": environment, "cost_center": f"cc-{number % 40}",
                               "kubernetes_io_metadata_name": self.namespaces[number]})

        return self.with_a_change([(number, text(number, "prod" if number % 2 else "dev")) for number in range(len(self.namespaces))], text, day)

    @staticmethod
    def with_a_change(pairs, text, day):
        changed = day * 7 % len(pairs)
        return pairs + pairs[::10] + [(changed, text(changed, "changed"))]
