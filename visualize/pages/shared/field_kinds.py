"""The kinds of fields that forms for configuration documents are made of."""

from decimal import Decimal
from typing import Any

from django import forms


def plain_number(value: float) -> str:
    """The shortest text that reads as just that value.

    >>> plain_number(2.0), plain_number(1e-05)
    ('2', '0.00001')
    """
    return f"{Decimal(repr(value)).normalize():f}"


def in_per_cent(fraction: float) -> str:
    """As a form shows it; `of_per_cent` gives just that fraction again.

    >>> in_per_cent(0.07), in_per_cent(1 / 3)
    ('7', '33.33333333333333')
    """
    return f"{Decimal(repr(fraction)).scaleb(2).normalize():f}"


def of_per_cent(number: float) -> float:
    """By its digits: a division would lose the last of them.

    >>> of_per_cent(33.33333333333333) == 1 / 3
    True
    """
    return float(Decimal(repr(number)).scaleb(-2))


class StepList(forms.CharField):
    """Whole numbers with commas between them."""

    def to_python(self, value: Any) -> Any:
        parts = str(value or "").replace(",", " ").split()
        try:
            return [int(part) for part in parts]
        except ValueError:
            raise forms.ValidationError(
                f"Use whole numbers with commas between them, not {value!r}."
            ) from None

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else value


class TagList(forms.CharField):
    """Words with commas between them."""

    def to_python(self, value: Any) -> Any:
        return str(value or "").replace(",", " ").split()

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, (list, tuple)) else value


class SeedList(forms.CharField):
    """Genotypes, one a line as text, after a space the fitness in per cent where it is known."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})

    def to_python(self, value: Any) -> Any:
        return [self._read(line) for line in str(value or "").splitlines() if line.strip()]

    def _read(self, line: str) -> dict[str, Any]:
        line = line.strip()
        # JSON and other spaces' cells may hold spaces: they end at their last bracket.
        end = max(line.rfind(mark) for mark in ")]}|") + 1 or len(line.partition(" ")[0])
        text, fitness = line[:end], line[end:]
        if not fitness.strip():
            return {"genotype": text}
        try:
            return {"genotype": text, "fitness": of_per_cent(float(fitness.strip().rstrip("% ")))}
        except ValueError:
            raise forms.ValidationError(
                f"After the genotype stands its fitness in per cent, not {fitness.strip()[:40]!r}."
            ) from None

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else "\n".join(map(self._line, value or ()))

    def _line(self, seed: Any) -> str:
        row = seed if isinstance(seed, dict) else seed.model_dump()
        known = row.get("fitness")
        return row["genotype"] if known is None else f"{row['genotype']} {in_per_cent(known)}"


def whole(label: str, help_text: str, *, required: bool = True) -> forms.IntegerField:
    field = forms.IntegerField(label=label, help_text=help_text, required=required, localize=False)
    field.widget.attrs["inputmode"] = "numeric"
    return field


def real(label: str, help_text: str, *, required: bool = True) -> forms.FloatField:
    field = forms.FloatField(label=label, help_text=help_text, required=required)
    field.widget.attrs |= {"step": "any", "inputmode": "decimal"}
    return field


def flag(label: str, help_text: str) -> forms.BooleanField:
    return forms.BooleanField(label=label, help_text=help_text, required=False)
