"""Open this when credits go into SAP's Sales as credit memo requests: settings.py, then adapter.py."""
