"""Open this when any ERP writes its sales into a folder: settings.py says where, adapter.py how the files are read."""
