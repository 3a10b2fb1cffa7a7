"""Where boxes come from: Vagrant's catalogue and other servers, and whether they can be had."""
