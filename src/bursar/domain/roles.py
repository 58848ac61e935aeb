"""Who may do what in Bursar: three roles, each with all the rights of the ones below it."""

from enum import StrEnum


class Role(StrEnum):
    """Viewers see, operators run, administrators change connections, settings and people."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"

    @property
    def rank(self) -> int:
        return tuple(Role).index(self)

    def allows(self, needed: "Role") -> bool:
        """Whether this role is enough for something that needs `needed`."""
        return self.rank >= needed.rank


MEANINGS = {
    Role.VIEWER: "Sees every page; changes nothing.",
    Role.OPERATOR: "Also maps, loads, posts and stops runs.",
    Role.ADMINISTRATOR: "Also changes connections, keys, settings and people.",
}
