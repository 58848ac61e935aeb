"""People, for administrators: who may come in, and with which role."""

from datetime import datetime
from typing import Annotated

from django.http import HttpResponse
from pydantic import BaseModel, Field, StringConstraints

from bursar.api.access import Caller
from bursar.api.problems import Unknown
from bursar.api.routes import Routes, location
from bursar.api.values import Flag, Given, Id
from bursar.domain.roles import Role
from bursar.store.models import Invitation, Person
from bursar.usecases.invitations import invite, open_invitations, withdraw
from bursar.usecases.people import ShownPerson, change_role, deactivate, reactivate, shown_people

routes = Routes("People")
Email = Annotated[str, StringConstraints(max_length=254, min_length=3, pattern=r"^[^\u0000]+$")]


class PersonShown(BaseModel):
    """Somebody with a login."""

    id: int
    email: str
    name: str
    role: Role
    active: bool
    two_factor: bool
    joined_at: datetime
    last_seen_at: datetime | None


class PeopleShown(BaseModel):
    """Everybody, by e-mail address."""

    people: list[PersonShown]


class PersonChange(Given):
    """What to change; what is left out stays."""

    role: Role | None = None
    active: Flag | None = Field(default=None, description="false ends logins, sessions and tokens at once.")


class InvitationShown(BaseModel):
    """A code that lets one more person in."""

    id: int
    email: str
    role: Role
    invited_by: str
    invited_at: datetime
    expires_at: datetime


class InvitationsShown(BaseModel):
    """Neither used nor withdrawn nor expired, newest first."""

    invitations: list[InvitationShown]


class NewInvitation(Given):
    """Whom to invite."""

    email: Email
    role: Role = Role.VIEWER


class InvitationMade(BaseModel):
    """`code` is shown in this answer only; the person enters it on the Join page."""

    invitation: InvitationShown
    code: str


@routes.get("/people", Role.ADMINISTRATOR, PeopleShown)
def list_people() -> PeopleShown:
    """Everybody with a login, also who was deactivated."""
    return PeopleShown(people=[_person(shown) for shown in shown_people()])


@routes.patch("/people/{int:person_id}", Role.ADMINISTRATOR, PersonShown)
def change_person(person_id: Id, change: PersonChange) -> PersonShown:
    """Give somebody another role, deactivate or reactivate them. The last administrator stays one."""
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise Unknown(f"There is no person {person_id}.", remedy="GET /api/v1/people lists everybody.")
    if change.role is not None:
        change_role(person, change.role)
    if change.active is not None:
        (reactivate if change.active else deactivate)(person)
    return next(_person(shown) for shown in shown_people() if shown.person.pk == person_id)


@routes.get("/invitations", Role.ADMINISTRATOR, InvitationsShown)
def list_invitations() -> InvitationsShown:
    """Invitations that are open."""
    return InvitationsShown(invitations=[_invitation(row) for row in open_invitations()])


@routes.post("/invitations", Role.ADMINISTRATOR, InvitationMade, status=201)
def make_invitation(caller: Caller, new: NewInvitation, response: HttpResponse) -> InvitationMade:
    """Invite one more person. An older invitation of the same address is withdrawn."""
    invitation, code = invite(new.email, new.role, caller.person)
    response["Location"] = location("invitations", invitation.pk)
    return InvitationMade(invitation=_invitation(invitation), code=code)


@routes.delete("/invitations/{int:invitation_id}", Role.ADMINISTRATOR)
def withdraw_invitation(invitation_id: Id) -> None:
    """Make the code worthless."""
    invitation = open_invitations().filter(pk=invitation_id).first()
    if invitation is None:
        raise Unknown(
            f"There is no open invitation {invitation_id}.", remedy="GET /api/v1/invitations lists the open ones."
        )
    withdraw(invitation)


def _person(shown: ShownPerson) -> PersonShown:
    row = shown.person
    return PersonShown(
        id=row.pk,
        email=row.email,
        name=row.name,
        role=Role(row.role),
        active=row.is_active,
        two_factor=shown.two_factor,
        joined_at=row.joined_at,
        last_seen_at=shown.last_seen,
    )


def _invitation(row: Invitation) -> InvitationShown:
    return InvitationShown(
        id=row.pk,
        email=row.email,
        role=Role(row.role),
        invited_by=row.invited_by.email,
        invited_at=row.invited_at,
        expires_at=row.expires_at,
    )
