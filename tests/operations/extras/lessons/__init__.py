"""The lessons of a cluster: begun, judged and taken back."""
