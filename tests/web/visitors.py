"""People who look at pages: one of each role, and a stranger; and what they see there."""

from html.parser import HTMLParser
from xml.etree.ElementTree import Element, TreeBuilder

from django.http import HttpResponseBase
from django.test import Client

from bursar.domain.roles import Role
from bursar.store.models import Connection, Person
from bursar.store.vault import seal

ZONE = "Europe/Warsaw"
VISIT = 4
"""Questions of any page of a connection: session, person, its tracking (5), the connection, the switcher."""
HTMX = {"HX-Request": "true"}


def visitor(role: Role | None, *, zone: str = ZONE) -> Client:
    """A browser of somebody of this role whose clock is in Warsaw; None is a stranger's."""
    browser = Client()
    if role is not None:
        email = f"{role}@cedarpoint.example"
        person, _ = Person.objects.get_or_create(email=email, defaults={"role": role, "time_zone": zone})
        browser.force_login(person)
    return browser


def a_connection(name: str = "main", **values: object) -> Connection:
    """A connection that works, with an Agreement Type."""
    facts: dict[str, object] = {
        "name": name,
        "url": "https://na.myconnectwise.net",
        "company": "cedarpoint",
        "public_key": "public",
        "client_id": "client",
        "sealed_private_key": seal("private"),
        "version": "v2026.1",
        "is_default": not Connection.objects.exists(),
        "billing": {"agreement_type": {"id": 1, "name": "Cloud Subscriptions"}},
    }
    return Connection.objects.create(**(facts | values))


VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class _Tree(HTMLParser):
    """Builds a tree of a page; an element that is closed in the wrong place fails the test."""

    def __init__(self) -> None:
        super().__init__()
        self.builder = TreeBuilder()
        self.open: list[str] = []
        self.builder.start("page", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.builder.start(tag, {name: value or "" for name, value in attrs})
        if tag in VOID:
            self.builder.end(tag)
        else:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes nothing, at {self.getpos()}"
        self.builder.end(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        self.builder.data(data)


def tree_of(answer: HttpResponseBase) -> Element:
    """The elements of a page or a part of one."""
    assert not answer.streaming
    tree = _Tree()
    tree.feed(answer.content.decode())
    assert not tree.open
    tree.builder.end("page")
    return tree.builder.close()


def element(answer: HttpResponseBase, css_id: str) -> Element:
    """The one element of this id."""
    found = tree_of(answer).findall(f".//*[@id='{css_id}']")
    assert len(found) == 1, f"{len(found)} elements #{css_id}"
    return found[0]


def words(part: Element) -> str:
    """What a person reads, spaces as one."""
    return " ".join(" ".join(part.itertext()).split())


def text_of(answer: HttpResponseBase) -> str:
    return words(tree_of(answer))


def part_of(answer: HttpResponseBase, css_id: str) -> str:
    """What a person reads in one element."""
    return words(element(answer, css_id))


def links_of(part: Element) -> list[str]:
    """Where one can go from here."""
    return [link.get("href", "") for link in part.iter("a")]


def streamed(answer: HttpResponseBase) -> str:
    """A download that is written as it is read."""
    assert answer.streaming
    return b"".join(answer.streaming_content).decode()
