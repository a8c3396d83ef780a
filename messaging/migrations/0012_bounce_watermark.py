from django.db import migrations, models
import django.db.models.deletion


class Migration(migrations.Migration):

    dependencies = [
        ('compliance', '0012_suppression_policies_and_imports'),
        ('messaging', '0011_priorities_and_zones'),
    ]

    operations = [
        migrations.CreateModel(
            name='BounceWatermark',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to='compliance.account')),
                ('examined_to', models.BigIntegerField(default=0)),
            ],
        ),
    ]
