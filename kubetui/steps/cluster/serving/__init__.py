"""The steps that have kubelets serve with certificates of the cluster's authority, and that take it back."""
