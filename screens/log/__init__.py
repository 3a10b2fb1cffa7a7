"""The log: buffers, the visible rows, and the screen's keys."""
