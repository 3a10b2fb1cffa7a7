"""What only LXC machines need: the bridge, CPU shares, boxes packaged by hand."""
