import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0023_reference_runs"),
    ]

    operations = [
        migrations.CreateModel(
            name="ScoreAlong",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "cell",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="along",
                        to="search.studycell",
                    ),
                ),
                (
                    "final",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="along_cells",
                        to="search.finalevaluation",
                    ),
                ),
            ],
            options={
                "ordering": ("cell", "id"),
                "constraints": [
                    models.UniqueConstraint(fields=("cell", "final"), name="study_score_along_once")
                ],
            },
        ),
    ]
