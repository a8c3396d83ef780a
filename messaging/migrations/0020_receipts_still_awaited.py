from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0001_squashed_0019_route_trials'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReceiptWait',
            fields=[
                ('message_id', models.UUIDField(primary_key=True, serialize=False)),
                ('due_at', models.DateTimeField(db_index=True)),
            ],
        ),
    ]
