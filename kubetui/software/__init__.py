"""The software that kubetui can install, as pure functions from values to scripts and manifests."""
