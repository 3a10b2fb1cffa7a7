"""Takes machines out of a cluster: their pods, their etcd members, their nodes, and the machines themselves."""
