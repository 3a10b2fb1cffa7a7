"""A profile of existing machines, and the list of hosts that a person types for it."""

from kubetui.profile.schema.profile import Profile

LIST = """m1 control-plane 10.0.0.1 user=me key=~/.ssh/lab
m2 control-plane ssh=second node_address=10.0.0.2
w1 worker 10.0.0.3 user=me port=2222 jump=me@gate"""
HOSTS = Profile.model_validate(
    {
        "provider": "hosts",
        "hosts": [
            {"name": "m1", "role": "control plane", "address": "10.0.0.1", "user": "me", "key": "~/.ssh/lab"},
            {"name": "m2", "role": "control plane", "ssh": "second", "node_address": "10.0.0.2"},
            {"name": "w1", "address": "10.0.0.3", "user": "me", "port": 2222, "jump": "me@gate"},
        ],
        "network": {
            "control_plane_endpoint": "10.0.0.9",
            "pod_network": "manifest",
            "manifest": {"path": "net.yaml"},
        },
    }
)
