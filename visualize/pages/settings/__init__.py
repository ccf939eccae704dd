"""Pages: settings of an experiment, its export and import."""
