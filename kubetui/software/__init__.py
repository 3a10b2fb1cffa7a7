"""What can be installed: values in, scripts and manifests out."""
