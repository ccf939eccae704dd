"""Configuration of experiments: documents, presets, data sets."""
