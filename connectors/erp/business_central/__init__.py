"""Open this when credit notes go into Business Central: settings.py says how it is reached, adapter.py what is done."""
