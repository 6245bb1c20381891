"""Open this when credit notes go into Odoo: settings.py says how it is reached, adapter.py what is done there."""
