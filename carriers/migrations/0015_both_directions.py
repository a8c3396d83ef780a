from config.common.schema import ChangeModels
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('carriers', '0001_squashed_0014_refused_binds'),
    ]

    operations = [
        ChangeModels([
            migrations.AddField(
                model_name='carrier',
                name='is_sandbox',
                field=models.BooleanField(default=False, editable=False, help_text='It takes messages of test keys, and no others.', verbose_name='sandbox'),
            ),
            migrations.AddField(
                model_name='historicalcarrier',
                name='is_sandbox',
                field=models.BooleanField(default=False, editable=False, help_text='It takes messages of test keys, and no others.', verbose_name='sandbox'),
            ),
        ]),
    ]
