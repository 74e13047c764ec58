"""Django's sessions in our own table: keys as digests, and who, since when and from where beside the data."""

import hashlib
from datetime import datetime
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from chamberlain.store.models.sign_in import SessionRow

WAY, STARTED, SEEN, IP, AGENT = "way", "started_at", "seen_at", "ip", "agent"
USER = "_auth_user_id"


def digest_of(key: str) -> str:
    """What is kept of a session's key."""
    return hashlib.sha256(key.encode()).hexdigest()


class SessionStore(DatabaseStore):
    """Finds and keeps sessions by the digest of their key."""

    @classmethod
    def get_model_class(cls) -> type[SessionRow]:
        """The table."""
        return SessionRow

    def _get_session_from_db(self) -> Any:
        """The row of the key that the browser sent; None where there is none, and then the key is forgotten."""
        found = SessionRow.objects.filter(
            session_key=digest_of(self.session_key or ""), expire_date__gt=timezone.now()
        ).first()
        if found is None:
            self._session_key = None
        return found

    def exists(self, session_key: str) -> bool:
        """Whether there is such a session."""
        return SessionRow.objects.filter(session_key=digest_of(session_key)).exists()

    def create_model_instance(self, data: dict[str, Any]) -> SessionRow:
        """The row to be written: what is said beside the data comes out of it."""
        key: str = self._get_or_create_session_key()  # type: ignore[attr-defined]  # Django's, not in the stubs
        return SessionRow(
            session_key=digest_of(key),
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            user_id=data.get(USER),
            way=data.get(WAY, ""),
            started_at=_moment(data.get(STARTED)),
            seen_at=_moment(data.get(SEEN)),
            ip=data.get(IP, ""),
            agent=data.get(AGENT, ""),
        )

    def delete(self, session_key: str | None = None) -> None:
        """Ends a session; this one where none is named."""
        key = session_key or self.session_key
        if key is not None:
            SessionRow.objects.filter(session_key=digest_of(key)).delete()


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
