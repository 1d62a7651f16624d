"""One module per revision, `v0001_…`, each frozen once it has been released."""
