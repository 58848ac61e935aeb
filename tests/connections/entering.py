"""What people type."""

from bursar.usecases.connections import NewConnection

SECRET = "PRIVATE0key0of0the0API0member"


def entered(**changes: str) -> NewConnection:
    values = {
        "name": "main",
        "url": "https://na.myconnectwise.net",
        "company": "acme",
        "client_id": "5c1f0f6e-6a0c-4a55-9d5a-0f6d1e0b6a11",
        "public_key": "Ab12Cd34Ef56Gh78",
        "private_key": SECRET,
    }
    return NewConnection(**(values | changes))
