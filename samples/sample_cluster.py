"""What the sample cluster consists of: nodes, workloads, cron jobs, volumes, namespaces and their labels."""

from dataclasses import dataclass, field

ORG_ID = "org1234567"
SOURCE = "6f1d2c3b-4a59-4e68-9b7a-0c1d2e3f4a5b"
YEAR, MONTH, DAYS = 2025, 10, 31

GIB = 1 << 30
MIB = 1 << 20

GAP_DAY, GAP_HOURS = 19, (2, 3)  # the operator was down
NODE_RESIZE_DAY = 16  # worker-2 comes back with twice the size
NODE_LABEL_CHANGE = (14, "worker-1")  # at noon: two label texts on one node-day
NAMESPACE_LABEL_CHANGE = (21, "shop-prod")


@dataclass(frozen=True)
class Node:
    name: str
    resource_id: str
    role: str
    zone: str
    cores: int
    gib: int

    def size(self, day):
        """(cores, GiB) on a day of the month."""
        grown = self.name == "worker-2" and day >= NODE_RESIZE_DAY
        return (2 * self.cores, 2 * self.gib) if grown else (self.cores, self.gib)


NODES = (
    [Node(f"master-{i}", f"i-0a1f00000000m00{i}", "master", f"eu-central-1{'abc'[i]}", 4, 16) for i in range(3)]
    + [Node(f"infra-{i}", f"i-0b2f00000000f00{i}", "infra", f"eu-central-1{'ab'[i]}", 8, 32) for i in range(2)]
    + [Node(f"worker-{i}", f"i-0c3f00000000w00{i}", "worker", f"eu-central-1{'abca'[i]}", 8, 32) for i in range(4)]
)


@dataclass(frozen=True)
class Workload:
    namespace: str
    name: str
    pool: str  # role of the nodes it runs on; "all" for every node
    replicas: int  # ignored by daemon sets and static pods, which run once a node
    cores: float  # mean use
    mib: float
    request: tuple = (0.0, 0)  # cores, MiB
    limit: tuple = (0.0, 0)
    kind: str = "deployment"  # or "daemonset", "static", "statefulset"
    shape: str = "flat"  # or "office", "shop", "night"
    labels: dict = field(default_factory=dict)
    rollouts: tuple = ()  # days of the month on which every pod is replaced
    weekdays_only: bool = False


def _platform():
    everywhere = [
        ("openshift-dns", "dns-default", 0.004, 62, (0.06, 110)),
        ("openshift-multus", "multus", 0.003, 48, (0.01, 65)),
        ("openshift-ovn-kubernetes", "ovnkube-node", 0.07, 420, (0.06, 640)),
        ("openshift-monitoring", "node-exporter", 0.012, 44, (0.009, 47)),
        ("openshift-machine-config-operator", "machine-config-daemon", 0.003, 75, (0.04, 100)),
        ("openshift-cluster-node-tuning-operator", "tuned", 0.006, 58, (0.01, 50)),
        ("openshift-network-diagnostics", "network-check-target", 0.001, 18, (0.01, 15)),
        ("openshift-ingress-canary", "ingress-canary", 0.001, 21, (0.01, 20)),
        ("openshift-image-registry", "node-ca", 0.001, 9, (0.01, 10)),
        ("openshift-cluster-csi-drivers", "aws-ebs-csi-driver-node", 0.003, 56, (0.03, 150)),
    ]
    for namespace, name, cores, mib, request in everywhere:
        yield Workload(namespace, name, "all", 0, cores, mib, request, kind="daemonset", labels={"app": name})
    control_plane = [
        ("openshift-etcd", "etcd", 0.22, 1150, (0.36, 910)),
        ("openshift-kube-apiserver", "kube-apiserver", 0.41, 2300, (0.29, 1200)),
        ("openshift-kube-controller-manager", "kube-controller-manager", 0.06, 510, (0.08, 500)),
        ("openshift-kube-scheduler", "openshift-kube-scheduler", 0.012, 160, (0.02, 150)),
        ("openshift-apiserver", "apiserver", 0.05, 380, (0.11, 250)),
    ]
    for namespace, name, cores, mib, request in control_plane:
        yield Workload(namespace, name, "master", 0, cores, mib, request, kind="static", labels={"app": name})
    for namespace, name, replicas, cores, mib in (
        ("openshift-authentication", "oauth-openshift", 3, 0.008, 95),
        ("openshift-console", "console", 2, 0.006, 85),
        ("openshift-console", "downloads", 2, 0.001, 40),
        ("openshift-dns-operator", "dns-operator", 1, 0.002, 70),
        ("openshift-ingress-operator", "ingress-operator", 1, 0.003, 90),
        ("openshift-insights", "insights-operator", 1, 0.01, 160),
        ("openshift-marketplace", "marketplace-operator", 1, 0.002, 60),
        ("openshift-marketplace", "redhat-operators", 1, 0.007, 120),
        ("openshift-operator-lifecycle-manager", "catalog-operator", 1, 0.01, 230),
        ("openshift-operator-lifecycle-manager", "olm-operator", 1, 0.006, 210),
        ("openshift-operator-lifecycle-manager", "packageserver", 2, 0.02, 190),
        ("openshift-cluster-version", "cluster-version-operator", 1, 0.02, 180),
        ("openshift-service-ca", "service-ca", 1, 0.003, 110),
    ):
        yield Workload(namespace, name, "master", replicas, cores, mib, (0.01, 50), rollouts=(15,), labels={"app": name})
    infra = [
        ("openshift-ingress", "router-default", 2, 0.09, 210, (0.2, 512), "deployment"),
        ("openshift-image-registry", "image-registry", 2, 0.02, 190, (0.1, 256), "deployment"),
        ("openshift-monitoring", "prometheus-k8s", 2, 0.52, 3400, (0.075, 1150), "statefulset"),
        ("openshift-monitoring", "alertmanager-main", 2, 0.004, 78, (0.008, 105), "statefulset"),
        ("openshift-monitoring", "thanos-querier", 2, 0.03, 170, (0.015, 92), "deployment"),
    ]
    for namespace, name, replicas, cores, mib, request, kind in infra:
        labels = {"app": name} if name != "thanos-querier" else {}
        yield Workload(namespace, name, "infra", replicas, cores, mib, request, kind=kind, labels=labels, rollouts=() if kind == "statefulset" else (15,))
    yield Workload("kube-system", "node-termination-handler", "worker", 0, 0.001, 24, (0.01, 32), kind="daemonset")


def _labels(app, team, environment, **more):
    return {"app": app, "team": team, "environment": environment} | more


def _team(project, app, team, replicas, cores, mib, request, shape, rollouts, **options):
    """A service in its prod namespace, and smaller in its dev namespace, where nothing runs at weekends."""
    limit = (request[0] * 2, int(request[1] * 1.5))
    yield Workload(f"{project}-prod", app, "worker", replicas, cores, mib, request, limit, shape=shape, rollouts=rollouts,
                   labels=_labels(app, team, "prod"), **options)
    yield Workload(f"{project}-dev", app, "worker", 1, cores / 8, mib / 2, (request[0] / 4, request[1] // 2), shape="office",
                   rollouts=tuple(sorted({*rollouts, *(day + 2 for day in rollouts)})), labels=_labels(app, team, "dev"), weekdays_only=True)


def _teams():
    yield from _team("shop", "storefront", "shop", 6, 0.32, 640, (0.5, 768), "shop", (7, 22))
    yield from _team("shop", "cart", "shop", 4, 0.11, 380, (0.25, 512), "shop", (9,))
    yield from _team("shop", "recommendations", "shop", 2, 0.42, 1100, (0.5, 1536), "shop", (28,))
    yield from _team("payments", "ledger", "payments", 3, 0.12, 720, (0.5, 1024), "office", (14,))
    yield from _team("payments", "gateway", "payments", 6, 0.16, 310, (0.25, 512), "shop", (3, 17))
    yield from _team("payments", "fraud-check", "payments", 2, 0.27, 900, (0.25, 1024), "shop", (23,))
    yield from _team("search", "query", "search", 4, 0.46, 1500, (0.5, 2048), "shop", (10,))
    yield from _team("search", "indexer", "search", 2, 0.21, 980, (0.25, 1024), "night", (20,))
    yield from _team("crm", "web", "sales", 5, 0.07, 420, (0.2, 512), "office", (2, 16, 29))
    yield from _team("crm", "sync", "sales", 2, 0.05, 260, (0.1, 256), "office", ())
    yield from _team("insights", "dashboards", "données", 2, 0.09, 540, (0.2, 768), "office", (8,))
    yield from _team("insights", "pipeline", "données", 3, 0.36, 1200, (0.5, 1024), "night", (13, 27))


def _single():
    for name, replicas, cores, mib in (("postgresql", 3, 0.31, 2600), ("kafka", 3, 0.24, 1900)):
        yield Workload("data-prod", name, "worker", replicas, cores, mib, (0.5, 3072), (2.0, 4096), kind="statefulset", shape="shop",
                       labels=_labels(name, "data-platform", "prod"))
    yield Workload("data-dev", "postgresql", "worker", 1, 0.02, 600, (0.1, 1024), kind="statefulset", labels=_labels("postgresql", "data-platform", "dev"))
    yield Workload("ml-prod", "trainer", "worker", 2, 0.81, 2700, (1.0, 4096), (2.0, 6144), shape="night", labels=_labels("trainer", "ml", "prod"),
                   rollouts=(6, 20))
    yield Workload("ml-prod", "feature-store", "worker", 1, 0.1, 900, (0.25, 1024), labels=_labels("feature-store", "ml", "prod"))
    for vm, cores, mib in (("erp-db", 0.62, 3900), ("erp-app", 0.3, 2400)):
        yield Workload("legacy-vms", f"virt-launcher-{vm}", "worker", 1, cores, mib, (1.0, 4352), (1.0, 4608), kind="statefulset", shape="office",
                       labels={"vm_kubevirt_io_name": vm, "team": "legacy", "environment": "prod"})
    yield Workload("sandbox", "scratch", "worker", 2, 0.01, 90, shape="office", rollouts=(6, 13, 24))  # no labels at all


WORKLOADS = [*_platform(), *_teams(), *_single()]


@dataclass(frozen=True)
class CronJob:
    namespace: str
    name: str
    hours: tuple  # starts; each run is a pod of its own
    seconds: int
    cores: float
    mib: float
    labels: dict
    weekdays_only: bool = False


CRON_JOBS = [
    CronJob("batch", "price-import", tuple(range(24)), 420, 0.45, 340, _labels("price-import", "shop", "prod")),
    CronJob("batch", "invoice-run", (1,), 3000, 1.2, 900, _labels("invoice-run", "payments", "prod")),
    CronJob("batch", "backup", (2, 14), 2100, 0.3, 220, _labels("backup", "data-platform", "prod")),
    CronJob("batch", "report-mail", (6,), 300, 0.2, 180, _labels("report-mail", "données", "prod"), weekdays_only=True),
    CronJob("ci", "build", (8, 9, 9, 10, 11, 13, 13, 14, 15, 15, 16, 17), 1500, 1.1, 1300, _labels("build", "platform", "dev"), weekdays_only=True),
]

# Pods that no node had room for: their rows have no node.
PENDING_DAYS = (8, 9, 10)
PENDING = Workload("ml-prod", "notebook-gpu", "", 1, 0.0, 0, (4.0, 16384), labels=_labels("notebook", "ml", "prod"))


@dataclass(frozen=True)
class Volume:
    namespace: str
    claim: str
    workload: str  # "" for a claim without a pod
    replica: int  # of the workload; -1: shared by all its pods
    storageclass: str
    gib: int
    used: float  # share at the start of the month
    growth: float  # share that it grows by within the month
    labels: dict = field(default_factory=dict)

    def csi(self, number):
        """(driver, handle); old in-tree volumes have neither."""
        drivers = {
            "gp3-csi": ("ebs.csi.aws.com", f"vol-0d4e{number:012x}"),
            "ceph-rbd": ("openshift-storage.rbd.csi.ceph.com", f"0001-0011-openshift-storage-{number:016x}"),
            "cephfs": ("openshift-storage.cephfs.csi.ceph.com", f"0001-0011-openshift-storage-fs-{number:016x}"),
        }
        return drivers.get(self.storageclass, ("", ""))


VOLUMES = (
    [Volume("data-prod", f"data-postgresql-{i}", "postgresql", i, "gp3-csi", 200, 0.41, 0.12, {"app": "postgresql", "tier": "database"}) for i in range(3)]
    + [Volume("data-prod", f"data-kafka-{i}", "kafka", i, "gp3-csi", 120, 0.55, 0.02, {"app": "kafka"}) for i in range(3)]
    + [Volume("openshift-monitoring", f"prometheus-k8s-db-{i}", "prometheus-k8s", i, "ceph-rbd", 100, 0.38, 0.3) for i in range(2)]
    + [Volume("openshift-monitoring", f"alertmanager-main-db-{i}", "alertmanager-main", i, "ceph-rbd", 10, 0.02, 0.0) for i in range(2)]
    + [
        Volume("openshift-image-registry", "registry-storage", "image-registry", -1, "cephfs", 500, 0.22, 0.05),
        Volume("ml-prod", "shared-datasets", "trainer", -1, "cephfs", 800, 0.63, 0.1, {"app": "trainer", "cost_center": "CC-7700"}),
        Volume("ml-prod", "features", "feature-store", 0, "ceph-rbd", 60, 0.3, 0.2),
        Volume("legacy-vms", "erp-db-disk", "virt-launcher-erp-db", 0, "ceph-rbd", 250, 0.7, 0.03, {"vm_kubevirt_io_name": "erp-db"}),
        Volume("legacy-vms", "erp-app-disk", "virt-launcher-erp-app", 0, "ceph-rbd", 60, 0.5, 0.0, {"vm_kubevirt_io_name": "erp-app"}),
        Volume("data-dev", "data-postgresql-0", "postgresql", 0, "gp2", 20, 0.15, 0.0, {"environment": "dev"}),
        Volume("data-prod", "restore-2025-08", "", 0, "gp3-csi", 200, 0.0, 0.0, {"app": "postgresql"}),
    ]
)

COST_CENTERS = {"shop": "CC-1042", "payments": "CC-2001", "search": "CC-1077", "crm": "Zürich-4200", "insights": "CC-3310", "data": "CC-5000", "ml": "CC-7700"}


def namespaces():
    names = {w.namespace for w in WORKLOADS} | {job.namespace for job in CRON_JOBS}
    return sorted(names | {"default", "openshift", "kube-node-lease"})


def namespace_labels(namespace):
    labels = {"kubernetes_io_metadata_name": namespace}
    project = namespace.removesuffix("-prod").removesuffix("-dev")
    if project in COST_CENTERS:
        labels["cost_center"] = COST_CENTERS[project]
        labels["environment"] = "dev" if namespace.endswith("-dev") else "prod"
    if namespace.startswith(("openshift-", "kube-")):
        labels["openshift_io_cluster_monitoring"] = "true"
    return labels


ENABLED_KEYS = ["app", "team", "environment", "cost_center", "tier"]
DISABLED_KEYS = ["version", "node_role_kubernetes_io", "kubernetes_io_metadata_name"]
CATEGORY_PATTERNS = [("openshift-%", 1), ("kube-%", 1), ("openshift", 1), ("Platform unallocated", 1), ("data-%", 2), ("legacy-vms", 3)]
