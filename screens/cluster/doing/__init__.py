"""What can be done to a cluster from its home: asked, told, done and shown."""
