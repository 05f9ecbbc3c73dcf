"""Claims of the made-up cluster: one pod in ten has one; one claim in ten is shared by pods of its namespace, some rows have no pod."""
import json

import numpy
import pyarrow
from cluster_model import GIB, WORDS

CLASSES = ["gp3-csi", "ceph-rbd", "efs"]
DRIVERS = ["ebs.csi.aws.com", "rbd.csi.ceph.com", "efs.csi.aws.com"]
WITHOUT_POD = 20  # one row in so many


def sharers(claims, owners, namespaces):
    """(claim, pod) of the second and third pod of each tenth claim: the next pods of the owner's namespace."""
    order = numpy.argsort(namespaces, kind="stable")
    place = numpy.empty(len(order), int)
    place[order] = numpy.arange(len(order))
    pairs = []
    for claim in claims[::10]:
        for step in (1, 2)[: 1 + claim // 10 % 2]:
            other = order[min(place[owners[claim]] + step, len(order) - 1)]
            if other != owners[claim] and namespaces[other] == namespaces[owners[claim]]:
                pairs.append((claim, other))
    return numpy.array(pairs, int).reshape(-1, 2)


def storage_columns(random, cluster, pods):
    lasting = len(cluster.lasting.workload)
    groups = cluster.options.groups or cluster.pods_a_day
    claims = numpy.arange(max(1, min(groups, cluster.pods_a_day) // 10))
    owners = claims * 7 % lasting
    namespaces = cluster.namespace_of[pods.workload[:lasting]]
    more = sharers(claims, owners, namespaces)
    claim, pod = numpy.concatenate([claims, more[:, 0]]), numpy.concatenate([owners, more[:, 1]])
    alone = claim % WITHOUT_POD == 3
    size = random.choice([1, 5, 10, 100], len(claims))[claim] * GIB
    texts = {
        "namespace": [cluster.namespaces[number] for number in namespaces[owners[claim]]],
        "node": ["" if lonely else cluster.nodes[pods.node[number]] for number, lonely in zip(pod, alone)],
        "pod": ["" if lonely else pods.names[number] for number, lonely in zip(pod, alone)],
        "persistentvolumeclaim": [f"data-{WORDS[number % len(WORDS)]}-{number}" for number in claim],
        "persistentvolume": [f"pvc-{number * 2654435761 % 2**32:08x}-4c1d-4f02-9e1b-{number:012x}" for number in claim],
        "storageclass": [CLASSES[number % 3] for number in claim], "csi_driver": [DRIVERS[number % 3] for number in claim],
        "csi_volume_handle": [f"vol-{number:017x}" for number in claim],
        "persistentvolume_labels": [json.dumps({"zone": "abc"[number % 3], "tier": CLASSES[number % 3]}) for number in claim],
        "persistentvolumeclaim_labels": [json.dumps({"app": WORDS[number % 20], "backup": "daily"}) if number % 4 else "{}" for number in claim]}
    numbers = {
        "persistentvolumeclaim_capacity_bytes": size, "persistentvolumeclaim_capacity_byte_seconds": size * 86400,
        "volume_request_storage_byte_seconds": size * 86400 * 0.9,
        "persistentvolumeclaim_usage_byte_seconds": size * 86400 * random.random(len(claim))}
    return {**{name: pyarrow.array(values, pyarrow.string()) for name, values in texts.items()}, **numbers}
