"""The tenant: who it is and how strict its front door is."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields


@dataclass
class Site:
    """One ConnectWise tenant. An empty `client_ids` accepts any client id, as long as there is one.

    `requests_per_minute` None means no throttling; the two status fields cover what users report
    differently: a missing clientId answers 401 or 403 [field], a wrong company 401 or 404 [guide].
    """

    company_id: str = "sandbox"
    company_name: str = "Sandbox MSP"
    codebase: str = "v2026_1"
    version: str = "v2026.1"
    client_ids: list[str] = field(default_factory=list)
    missing_client_id_status: int = 401
    wrong_company_status: int = 401
    requests_per_minute: int | None = None

    def dump(self) -> dict[str, object]:
        """All settings as plain JSON values."""
        return asdict(self)

    def load(self, state: dict[str, object]) -> None:
        """Take over dumped settings. Raises ValueError for a setting that does not exist."""
        unknown = sorted(set(state) - {setting.name for setting in fields(self)})
        if unknown:
            raise ValueError(f"a site has no setting {', '.join(unknown)}")
        for name, value in state.items():
            setattr(self, name, value)
