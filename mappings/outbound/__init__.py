"""What we write for partners: canonical rows through outbound maps (the language of mappings/README.md, turned)."""
