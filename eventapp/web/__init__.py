"""What every page shares: headers, errors, language, assets, logs, health."""
