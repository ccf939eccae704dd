"""Models of genotypes and motifs, content-addressed."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Genotype(models.Model):
    """Content-addressed: one row for each distinct genotype, whoever proposed it."""

    key = models.CharField(max_length=32, unique=True)
    text = models.TextField()
    space = models.JSONField()  # a preset's name or the object of a custom space
    levels = models.JSONField()
    phenotype_key = models.CharField(max_length=32, db_index=True)
    operation_counts = models.JSONField()  # primitive -> how many one cell of the network holds; absent = 0
    depth = models.PositiveIntegerField(
        null=True
    )  # operations on the longest way through one cell; null: not counted
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.key


class Motif(models.Model):
    """Content-addressed by level and resolved structure: the same building block in any slot of any genotype."""

    key = models.CharField(max_length=32, unique=True)
    level = models.PositiveSmallIntegerField()
    structure = (
        models.JSONField()
    )  # rows for nodes 2..n of primitive names or lower motifs' keys; null = no edge
    phenotype_key = models.CharField(
        max_length=32, db_index=True, blank=True
    )  # empty: its sink is unreachable

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(level__gte=2), name="motif_level"),)

    def __str__(self) -> str:
        return f"L{self.level} {self.key}"


class MotifUse(models.Model):
    """Which genotype carries a motif, in which slot, and how often the network really uses it (0 = unused)."""

    motif = models.ForeignKey(Motif, on_delete=models.CASCADE, related_name="carried_by")
    genotype = models.ForeignKey(Genotype, on_delete=models.CASCADE, related_name="motifs", db_index=False)
    level = models.PositiveSmallIntegerField()
    slot = models.PositiveSmallIntegerField()  # 1-based
    uses = models.PositiveIntegerField()  # through the whole hierarchy

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["genotype", "level", "slot"], name="motif_use_slot"),
            models.CheckConstraint(condition=Q(level__gte=2, slot__gte=1), name="motif_use_place"),
        )

    def __str__(self) -> str:
        return f"L{self.level}-M{self.slot}"
