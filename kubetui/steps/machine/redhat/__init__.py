"""What machines of the Red Hat family need beside packages."""
