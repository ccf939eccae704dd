"""Models of accounts, roles, API tokens and stored replies of idempotent requests."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Role(models.TextChoices):
    """What a person may do; each includes the ones before it."""

    VIEWER = "viewer"
    RESEARCHER = "researcher"
    ADMIN = "admin"

    def includes(self, other: "Role") -> bool:
        order = list(Role)
        return order.index(self) >= order.index(other)


class Scope(models.TextChoices):
    """What a token may do; each includes the ones before it."""

    READ = "read"
    RUN = "run"
    ADMIN = "admin"

    @property
    def role(self) -> Role:
        """The most that its bearer may do, whoever made it."""
        return {Scope.READ: Role.VIEWER, Scope.RUN: Role.RESEARCHER, Scope.ADMIN: Role.ADMIN}[self]


class Account(models.Model):
    """A person's role, beside Django's user with its name and password."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="account", primary_key=True
    )
    role = models.CharField(max_length=10, choices=Role, default=Role.VIEWER)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(role__in=Role.values), name="account_role"),)

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"


class LoginAttempt(models.Model):
    """A login that did not succeed, or not yet: counted against guessing, kept for a quarter of an hour."""

    name = models.CharField(max_length=150)  # as typed, in lower case
    address = models.CharField(max_length=45)  # of the machine it came from
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.name} from {self.address}"


class ApiToken(models.Model):
    """A script's key: shown once when it is made, stored as a hash."""

    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12)  # the token's first characters, to tell tokens apart
    token_hash = models.CharField(max_length=64, unique=True)  # SHA-256; the token itself has 256 random bits
    scope = models.CharField(max_length=5, choices=Scope, default=Scope.READ)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="api_tokens"
    )
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        constraints = (models.CheckConstraint(condition=Q(scope__in=Scope.values), name="api_token_scope"),)

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"


class IdempotentReply(models.Model):
    """The first answer to a create request that carried an Idempotency-Key; kept for a day."""

    key = models.CharField(max_length=200)
    caller = models.CharField(max_length=100, blank=True)  # token or user; empty without accounts
    request_hash = models.CharField(max_length=64)  # of method, path and body: another body is a conflict
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    created_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["caller", "key"], name="idempotent_reply_once"),)

    def __str__(self) -> str:
        return self.key
