"""Open this when credit notes go into Tryton: settings.py says how it is reached, adapter.py what is done there."""
