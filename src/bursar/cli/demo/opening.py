"""Connect, prove the connection, choose the Agreement Type."""

from collections.abc import Iterable

from bursar.cli.demo.logins import DemoLogin
from bursar.cli.demo.narrator import Narrator
from bursar.cli.demo.sandbox import BURSAR, Facts
from bursar.cli.demo.scene import Scene
from bursar.store.models import Connection, Person
from bursar.usecases.billing_settings import set_billing_setting
from bursar.usecases.connections import NewConnection, add_connection, set_option

NAME = "demo"
AGREEMENT_TYPE = "Cloud Subscriptions"


def let_in(logins: Iterable[DemoLogin]) -> None:
    """Make the people who may look around on the web pages afterwards."""
    for login in logins:
        Person.objects.create_user(login.email, login.password, name=login.name, role=login.role)


def introduce(narrator: Narrator) -> None:
    """Say what this is and what it touches."""
    narrator.title(
        "Bursar: a month of subscription billing",
        "It is 2 November 2026 at Cedar Point IT, a managed service provider. Its customers buy cloud subscriptions on"
        " a billing platform, and what the platform charged has to get into ConnectWise: September first, then October."
        " This ConnectWise is a sandbox on your machine and the database is a new one. Nothing of yours is touched.",
    )


def add(narrator: Narrator, facts: Facts) -> Connection:
    """Save the way into the sandbox, with the key of a role that has what billing and accounting need and no more."""
    narrator.step(
        "Connect to ConnectWise",
        f"bursar connection add {NAME} --url {facts.url} --company {facts.company_id} --client-id … --public-key …",
        f"bursar connection option {NAME} requests_per_minute 0",
    )
    login = facts.logins[BURSAR]
    connection = add_connection(
        NewConnection(NAME, facts.url, facts.company_id, facts.client_id, login.public_key, login.private_key)
    )
    narrator.done(f"Saved, with the key of the API member whose role is '{BURSAR}'. The private key is sealed.")
    set_option(connection, "requests_per_minute", "0")
    narrator.done("Bursar keeps to 900 requests a minute. The sandbox needs no such care, so the limit is lifted.")
    return connection


def prove(scene: Scene) -> None:
    """One authenticated call."""
    scene.narrator.step("Test the connection", f"bursar connection test {NAME}")
    info = scene.psa.info()
    scene.narrator.done(f"{info.company_name}, ConnectWise {info.version} ({info.codebase}).")


def choose_agreement_type(scene: Scene) -> None:
    """The one setting without a default (rule 16)."""
    scene.narrator.step("Choose the type of new Agreements", f'bursar config set agreement_type "{AGREEMENT_TYPE}"')
    active = sorted(kind.name for kind in scene.psa.agreement_types() if not kind.inactive)
    chosen = set_billing_setting(scene.connection, "agreement_type", AGREEMENT_TYPE, scene.psa)
    scene.narrator.say(f"ConnectWise offers {', '.join(active)}.")
    scene.narrator.done(f"Agreements that Bursar creates are of type {chosen}.")
