"""Every rule between fields, in the words that a person sees."""

from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubetui.profile.plan import Plan
from kubetui.profile.rules.between_fields import check
from kubetui.profile.schema.profile import Profile
from tests.profiles import machines, network, profile

SHA = "0" * 64
RULES: list[tuple[Profile, str, str]] = [
    (
        machines(control_planes=3),
        "network.control_plane_endpoint",
        (
            "3 control planes need one address that reaches them all, and there is none. "
            "Add the add-on vip, set network.control_plane_endpoint to a load balancer's address, "
            "or use one control plane."
        ),
    ),
    (
        machines(memory=1699),
        "machines.memory",
        "1699 MiB is too little for a control plane: kubeadm refuses to start. Give it 1700 MiB or more.",
    ),
    (
        machines(control_plane={"memory": 1024}),
        "machines.control_plane.memory",
        "1024 MiB is too little for a control plane: kubeadm refuses to start. Give it 1700 MiB or more.",
    ),
    (
        machines(cpus=1),
        "machines.cpus",
        "1 CPU is too little for a control plane: kubeadm refuses to start. Give it 2 CPUs or more.",
    ),
    (
        machines(control_plane={"cpus": 1}),
        "machines.control_plane.cpus",
        "1 CPU is too little for a control plane: kubeadm refuses to start. Give it 2 CPUs or more.",
    ),
    (
        machines(by_name={"kubmaster": {"memory": 1024}}),
        "machines.by_name.kubmaster.memory",
        "1024 MiB is too little for a control plane: kubeadm refuses to start. Give it 1700 MiB or more.",
    ),
    (
        machines(by_name={"kubnode9": {"cpus": 4}}),
        "machines.by_name.kubnode9",
        (
            "No machine is called kubnode9: there are kubmaster, kubnode1, kubnode2. "
            "Did you mean kubnode2? Or have more machines."
        ),
    ),
    (
        machines(workers=50, by_name={"mine": {}}),
        "machines.by_name.mine",
        (
            "No machine is called mine: there are kubmaster, kubnode1, kubnode2, kubnode3, and so on to kubnode50. "
            "Correct the name, or delete it."
        ),
    ),
    (
        profile(
            provider="hosts",
            hosts=[{"name": "one", "role": "control plane", "address": "10.0.0.1"}],
            machines={"by_name": {"one": {}}},
        ),
        "machines.by_name",
        (
            "machines.by_name is for machines that kubetui makes, and these exist. "
            "Write labels and taints into the machine's entry under hosts."
        ),
    ),
    (
        machines(workers=0, control_plane={"taints": ["busy:NoExecute"]}),
        "machines",
        (
            "kubmaster is alone and has a taint that CoreDNS does not tolerate, so names of services would not "
            "resolve. Leave one machine without, or use the effect PreferNoSchedule on one."
        ),
    ),
    (
        machines(control_plane={"taints": ["a:NoSchedule"]}, worker={"taints": ["a:NoSchedule"]}),
        "machines",
        (
            "Every machine has a taint that CoreDNS does not tolerate, so names of services would not resolve. "
            "Leave one machine without, or use the effect PreferNoSchedule on one."
        ),
    ),
    (
        machines(control_plane_name="node2", worker_name="node"),
        "machines.worker_name",
        (
            "Two machines would be called node2: a control plane and a worker. "
            "Choose names that differ in more than a number."
        ),
    ),
    (
        machines(by_name={"kubnode1": {"address": "192.168.57.7"}}),
        "machines.by_name.kubnode1.address",
        "192.168.57.7 is not in 192.168.56.0/24. The machines share one network of a /24.",
    ),
    (
        machines(by_name={"kubnode1": {"address": "192.168.56.7"}, "kubnode2": {"address": "192.168.56.7"}}),
        "machines.by_name.kubnode2.address",
        "192.168.56.7 is the address of kubnode1 already. Give each machine its own.",
    ),
    (
        machines(by_name={"kubnode1": {"address": "192.168.56.1"}}),
        "machines.by_name.kubnode1.address",
        "kubnode1 would get 192.168.56.1, which belongs to this host. Choose another address.",
    ),
    (
        machines(without=["kubnode01"]),
        "machines.without",
        (
            "No machine would be called kubnode01: names are kubmaster, kubnode1 and so on. "
            "Correct the name, or delete it."
        ),
    ),
    (
        profile(
            provider="hosts",
            hosts=[{"name": "one", "role": "control plane", "address": "10.0.0.1"}],
            machines={"without": ["kubnode1"]},
        ),
        "machines.without",
        "machines.without is for machines that kubetui makes, and these exist. Delete it.",
    ),
    (
        machines(options={"qemu": {}}),
        "machines.options.qemu",
        ("qemu is not a provider. Options belong under one of: virtualbox, libvirt, vmware_desktop, lxc, rehearsal."),
    ),
    (
        network(first_address="192.168.56.254"),
        "network.first_address",
        (
            "3 machines from 192.168.56.254 on do not fit in 192.168.56.0/24. "
            "Start at 192.168.56.2, or have fewer machines."
        ),
    ),
    (
        network(first_address="192.168.56.253"),
        "network.first_address",
        "kubnode2 would get 192.168.56.255, which belongs to broadcasts. Choose another first address.",
    ),
    (
        network(first_address="192.168.56.1"),
        "network.first_address",
        "kubmaster would get 192.168.56.1, which belongs to this host. Choose another first address.",
    ),
    (
        profile(provider="lxc", network={"first_address": "192.168.56.252"}),
        "network.first_address",
        (
            "kubnode2 would get 192.168.56.254, which belongs to the bridge, where vagrant-lxc puts it. "
            "Choose another first address."
        ),
    ),
    (
        network(pod_cidr="10.244.1.0/25"),
        "network.pod_cidr",
        (
            "10.244.1.0/25 has a prefix of /25, and a pod CIDR needs one from /8 to /24. "
            "Each machine takes a /24 of it: /16 has room for 256."
        ),
    ),
    (
        network(pod_cidr="10.244.0.0/23"),
        "network.pod_cidr",
        (
            "10.244.0.0/23 has room for 2 machines, and there are 3. "
            "Each takes a /24 of it: choose a /22 or larger, or fewer machines."
        ),
    ),
    (
        network(service_cidr="172.20.0.0/25"),
        "network.service_cidr",
        (
            "172.20.0.0/25 has a prefix of /25, and a service CIDR needs one from /12 to /24. "
            "The API server refuses larger ones. /16 is plenty."
        ),
    ),
    (
        network(pod_cidr="127.10.0.0/16"),
        "network.pod_cidr",
        "127.10.0.0/16 lies inside 127.0.0.0/8, which is reserved. Try 10.244.0.0/16.",
    ),
    (
        network(service_cidr="169.254.0.0/16"),
        "network.service_cidr",
        "169.254.0.0/16 is reserved. Try 10.96.0.0/12.",
    ),
    (
        network(pod_cidr="10.96.0.0/16"),
        "network.pod_cidr",
        "10.96.0.0/16 lies inside the service CIDR 10.96.0.0/12. Try 10.244.0.0/16.",
    ),
    (
        network(service_cidr="10.244.0.0/16"),
        "network.service_cidr",
        "10.244.0.0/16 is also the pod CIDR 10.244.0.0/16. Try 10.96.0.0/12.",
    ),
    (
        network(pod_cidr="192.168.0.0/16"),
        "network.pod_cidr",
        "192.168.0.0/16 contains the machines' network 192.168.56.0/24. Try 10.244.0.0/16.",
    ),
    (
        network(first_address="10.96.5.10"),
        "network.first_address",
        "The machines' network 10.96.5.0/24 lies inside the service CIDR 10.96.0.0/12. Try 192.168.56.101.",
    ),
    (
        network(pod_network="manifest"),
        "network.manifest.path",
        (
            "The pod network is a manifest, and network.manifest has neither path nor url. "
            "Give it one of the two; url needs sha256 as well."
        ),
    ),
    (
        network(pod_network="manifest", manifest={"path": "a", "url": "https://x/y", "sha256": SHA}),
        "network.manifest.path",
        (
            "The pod network is a manifest, and network.manifest has both path and url. "
            "Give it one of the two; url needs sha256 as well."
        ),
    ),
    (
        network(pod_network="manifest", manifest={"url": "https://x/y"}),
        "network.manifest.sha256",
        (
            "A manifest from the web needs sha256, so that the cluster gets exactly what you reviewed. "
            "Add the checksum that sha256sum prints for the file."
        ),
    ),
    (
        profile(kubernetes={"patches": [{"kind": "Pod"}]}),
        "kubernetes.patches.0",
        (
            "Pod is not a kind that can be patched. Write kind: and one of ClusterConfiguration, InitConfiguration, "
            "JoinConfiguration, KubeletConfiguration, KubeProxyConfiguration."
        ),
    ),
    (
        profile(kubernetes={"patches": [{}]}),
        "kubernetes.patches.0",
        (
            "A patch has no kind. Write kind: and one of ClusterConfiguration, InitConfiguration, "
            "JoinConfiguration, KubeletConfiguration, KubeProxyConfiguration."
        ),
    ),
]
ARGUMENTS = "kubernetes.patches.0.nodeRegistration.kubeletExtraArgs"
PATCHES: list[tuple[object, str, str]] = [
    (
        {"max-pods": "50"},
        ARGUMENTS,
        (
            "kubeletExtraArgs is a list since kubeadm's v1beta4, and this is not one. "
            'Write one line for each: - {name: v, value: "4"}'
        ),
    ),
    (
        [{"name": "v", "value": "4"}, {"name": "max-pods", "value": 50}],
        f"{ARGUMENTS}.1",
        'max-pods has the value 50, and kubeadm takes only text. Put it in quotes: value: "50"',
    ),
    (
        [{"name": "register-node", "value": True}],
        f"{ARGUMENTS}.0",
        'register-node has the value true, and kubeadm takes only text. Put it in quotes: value: "true"',
    ),
    (["--v=4"], f"{ARGUMENTS}.0", 'An entry of kubeletExtraArgs has no name. Write - {name: v, value: "4"}'),
]
RULES += [
    (profile(kubernetes={"patches": [{"kind": kind, "nodeRegistration": {"kubeletExtraArgs": value}}]}), path, message)
    for value, path, message in PATCHES
    for kind in ("InitConfiguration", "JoinConfiguration")
]


@pytest.mark.parametrize(("wrong", "path", "message"), RULES)
def test_every_rule(wrong: Profile, path: str, message: str) -> None:
    assert [(".".join(map(str, problem.path)), str(problem)) for problem in check(Plan(wrong))] == [(path, message)]


@pytest.mark.parametrize(
    "right",
    [
        Profile(),
        machines(workers=0),
        machines(memory=600, control_plane={"memory": 1700}),
        network(first_address="192.168.56.252"),
        network(first_address="192.168.56.2"),
        network(pod_cidr="10.0.0.0/8", service_cidr="172.16.0.0/12"),
        network(pod_cidr="10.244.0.0/22"),
        profile(machines={"workers": 0}, network={"pod_cidr": "10.244.0.0/24"}),
        network(pod_network="manifest", manifest={"path": "calico.yaml"}),
        machines(by_name={"kubnode2": {"memory": 600}, "kubmaster": {"memory": 1700}}, memory=1700),
        machines(memory=600, by_name={"kubmaster": {"memory": 1700}}),
        machines(workers=0, control_plane={"taints": ["a:PreferNoSchedule", "CriticalAddonsOnly=true:NoExecute"]}),
        machines(worker={"taints": ["a:NoSchedule"]}),
        profile(kubernetes={"patches": [{"kind": "ClusterConfiguration", "apiServer": {"extraArgs": None}}]}),
        profile(
            kubernetes={
                "patches": [
                    {
                        "kind": "JoinConfiguration",
                        "nodeRegistration": {"kubeletExtraArgs": [{"name": "v", "value": None}]},
                    }
                ]
            }
        ),
        network(pod_network="manifest", manifest={"url": "https://x/y", "sha256": SHA}),
        profile(mirrors={"packages": {"url": "http://10.0.3.1:8080/", "key": "http://10.0.3.1:8080/Release.key"}}),
    ],
)
def test_valid_profiles_have_no_problems(right: Profile) -> None:
    assert check(Plan(right)) == ()


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "127.0.0.5", "169.254.1.5", "224.0.0.5", "0.0.0.5", "255.255.255.255", "100.64.0.5"]
)
def test_machines_have_private_addresses(address: str) -> None:
    (problem, *_) = check(Plan(network(first_address=address)))
    assert problem.path == ("network", "first_address")
    assert str(problem) == (
        f"{address} is not an address for a private network. "
        "Choose one in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16, such as 192.168.56.101."
    )


NETWORKS = st.builds(
    lambda number, prefix: str(IPv4Network((number, prefix), strict=False)),
    st.integers(0, 2**32 - 1),
    st.integers(0, 32),
)


@given(
    pods=NETWORKS,
    services=NETWORKS,
    address=st.integers(0, 2**32 - 1).map(lambda number: str(IPv4Address(number))),
    workers=st.integers(0, 99),
    control_planes=st.integers(1, 7),
)
def test_valid_profiles_have_room_and_no_overlap(
    pods: str, services: str, address: str, workers: int, control_planes: int
) -> None:
    tried = profile(
        machines={"workers": workers, "control_planes": control_planes},
        network={"pod_cidr": pods, "service_cidr": services, "first_address": address},
    )
    if check(Plan(tried)):
        return
    plan = Plan(tried)
    parts = (tried.network.pod_cidr, tried.network.service_cidr, plan.node_network)
    assert not any(one.overlaps(other) for one in parts for other in parts if one is not other)
    assert len(plan.pod_subnets) == len(plan.machines)
