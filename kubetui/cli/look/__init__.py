"""Commands that look at clusters, at this computer and at kubetui itself, and the ways into a cluster."""
