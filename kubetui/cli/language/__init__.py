"""How words on the command line are read, and how results are written: what all commands have in common."""
