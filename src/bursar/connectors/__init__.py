"""Other people's systems, behind the ports. Connectors see neither the store nor one another."""
