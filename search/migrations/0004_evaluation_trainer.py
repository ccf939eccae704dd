from django.db import migrations, models

import search.models.work


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0003_counted_by_reason"),
    ]

    operations = [
        migrations.AddField(
            model_name="evaluation",
            name="trainer",
            field=models.PositiveSmallIntegerField(default=search.models.work.trainer_version),
        ),
        # Whatever version runs this: until now there was one, and the keys of these rows were made with it.
        migrations.RunSQL("UPDATE search_evaluation SET trainer = 1", migrations.RunSQL.noop),
    ]
