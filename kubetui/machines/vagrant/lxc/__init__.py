"""Parts that only LXC machines need: the bridge, CPU shares, and the template for boxes that kubetui packs."""
