"""The REST API: routers and schemas over the use cases, one error shape."""
