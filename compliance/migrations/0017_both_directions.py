import compliance.constants
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from config.common.schema import ChangeModels
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('compliance', '0001_squashed_0016_entity_id'),
    ]

    operations = [
        ChangeModels([
            migrations.CreateModel(
                name='OAuthClient',
                fields=[
                ],
                options={
                    'verbose_name': 'OAuth2 client',
                    'verbose_name_plural': 'OAuth2 clients',
                    'proxy': True,
                    'indexes': [],
                    'constraints': [],
                },
                bases=('compliance.apikey',),
            ),
            migrations.AddField(
                model_name='account',
                name='is_trial',
                field=models.BooleanField(default=False, help_text='It sends a few messages a day, to numbers it has verified, and launches no campaign.', verbose_name='on trial'),
            ),
            migrations.AddField(
                model_name='account',
                name='reads_per_minute',
                field=models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='reads per minute'),
            ),
            migrations.AddField(
                model_name='account',
                name='rows_per_minute',
                field=models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='batch rows per minute'),
            ),
            migrations.AddField(
                model_name='account',
                name='sends_per_minute',
                field=models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='single sends per minute'),
            ),
            migrations.AddField(
                model_name='account',
                name='trial_daily_limit',
                field=models.PositiveIntegerField(default=50, validators=[django.core.validators.MinValueValidator(1)], verbose_name='messages a day on trial'),
            ),
            migrations.AddField(
                model_name='account',
                name='writes_per_minute',
                field=models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='other writes per minute'),
            ),
            migrations.AddField(
                model_name='apikey',
                name='certificates',
                field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=300), blank=True, default=list, help_text='SHA-256 fingerprints or subjects such as CN=shop.example.com, one a line: the key works only with one of these certificates. Empty: none is asked for.', size=None, verbose_name='client certificates'),
            ),
            migrations.AddField(
                model_name='apikey',
                name='client_id',
                field=models.CharField(editable=False, max_length=24, null=True, unique=True, verbose_name='client id'),
            ),
            migrations.AddField(
                model_name='apikey',
                name='former_hash',
                field=models.CharField(blank=True, editable=False, max_length=64),
            ),
            migrations.AddField(
                model_name='apikey',
                name='former_prefix',
                field=models.CharField(editable=False, max_length=16, null=True, unique=True, verbose_name='former secret begins with'),
            ),
            migrations.AddField(
                model_name='apikey',
                name='former_until',
                field=models.DateTimeField(editable=False, null=True, verbose_name='former secret works until'),
            ),
            migrations.AddField(
                model_name='apikey',
                name='former_used_at',
                field=models.DateTimeField(editable=False, null=True, verbose_name='former secret last used'),
            ),
            migrations.AddField(
                model_name='apikey',
                name='is_test',
                field=models.BooleanField(default=False, help_text='What it sends goes to the sandbox: it costs nothing, counts nowhere and reaches nobody. A key stays what it was made as.', verbose_name='for tests'),
            ),
            migrations.AddField(
                model_name='apikey',
                name='reads_per_minute',
                field=models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='reads per minute'),
            ),
            migrations.AddField(
                model_name='apikey',
                name='rows_per_minute',
                field=models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='batch rows per minute'),
            ),
            migrations.AddField(
                model_name='apikey',
                name='sends_per_minute',
                field=models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='single sends per minute'),
            ),
            migrations.AddField(
                model_name='apikey',
                name='writes_per_minute',
                field=models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='other writes per minute'),
            ),
            migrations.AddField(
                model_name='historicalaccount',
                name='is_trial',
                field=models.BooleanField(default=False, help_text='It sends a few messages a day, to numbers it has verified, and launches no campaign.', verbose_name='on trial'),
            ),
            migrations.AddField(
                model_name='historicalaccount',
                name='reads_per_minute',
                field=models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='reads per minute'),
            ),
            migrations.AddField(
                model_name='historicalaccount',
                name='rows_per_minute',
                field=models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='batch rows per minute'),
            ),
            migrations.AddField(
                model_name='historicalaccount',
                name='sends_per_minute',
                field=models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='single sends per minute'),
            ),
            migrations.AddField(
                model_name='historicalaccount',
                name='trial_daily_limit',
                field=models.PositiveIntegerField(default=50, validators=[django.core.validators.MinValueValidator(1)], verbose_name='messages a day on trial'),
            ),
            migrations.AddField(
                model_name='historicalaccount',
                name='writes_per_minute',
                field=models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='other writes per minute'),
            ),
            migrations.AddField(
                model_name='historicalapikey',
                name='certificates',
                field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=300), blank=True, default=list, help_text='SHA-256 fingerprints or subjects such as CN=shop.example.com, one a line: the key works only with one of these certificates. Empty: none is asked for.', size=None, verbose_name='client certificates'),
            ),
            migrations.AddField(
                model_name='historicalapikey',
                name='client_id',
                field=models.CharField(db_index=True, editable=False, max_length=24, null=True, verbose_name='client id'),
            ),
            migrations.AddField(
                model_name='historicalapikey',
                name='former_prefix',
                field=models.CharField(db_index=True, editable=False, max_length=16, null=True, verbose_name='former secret begins with'),
            ),
            migrations.AddField(
                model_name='historicalapikey',
                name='former_until',
                field=models.DateTimeField(editable=False, null=True, verbose_name='former secret works until'),
            ),
            migrations.AddField(
                model_name='historicalapikey',
                name='is_test',
                field=models.BooleanField(default=False, help_text='What it sends goes to the sandbox: it costs nothing, counts nowhere and reaches nobody. A key stays what it was made as.', verbose_name='for tests'),
            ),
            migrations.AddField(
                model_name='historicalapikey',
                name='reads_per_minute',
                field=models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='reads per minute'),
            ),
            migrations.AddField(
                model_name='historicalapikey',
                name='rows_per_minute',
                field=models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='batch rows per minute'),
            ),
            migrations.AddField(
                model_name='historicalapikey',
                name='sends_per_minute',
                field=models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='single sends per minute'),
            ),
            migrations.AddField(
                model_name='historicalapikey',
                name='writes_per_minute',
                field=models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='other writes per minute'),
            ),
            migrations.AlterField(
                model_name='apikey',
                name='prefix',
                field=models.CharField(editable=False, max_length=16, unique=True, verbose_name='begins with'),
            ),
            migrations.AlterField(
                model_name='apikey',
                name='scopes',
                field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=compliance.constants.scope_choices, max_length=32), default=list, size=None, verbose_name='scopes'),
            ),
            migrations.AlterField(
                model_name='historicalapikey',
                name='prefix',
                field=models.CharField(db_index=True, editable=False, max_length=16, verbose_name='begins with'),
            ),
            migrations.AlterField(
                model_name='historicalapikey',
                name='scopes',
                field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=compliance.constants.scope_choices, max_length=32), default=list, size=None, verbose_name='scopes'),
            ),
            migrations.CreateModel(
                name='OAuthToken',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('token_hash', models.CharField(max_length=64, unique=True)),
                    ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=32), size=None)),
                    ('created_at', models.DateTimeField()),
                    ('expires_at', models.DateTimeField(db_index=True)),
                    ('api_key', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to='compliance.apikey')),
                ],
            ),
            migrations.CreateModel(
                name='TrialDay',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('day', models.DateField()),
                    ('messages', models.PositiveIntegerField(default=0)),
                    ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='compliance.account')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('account', 'day'), name='trial_day_unique')],
                },
            ),
            migrations.CreateModel(
                name='VerifiedNumber',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('msisdn', models.CharField(max_length=15, verbose_name='number')),
                    ('note', models.CharField(blank=True, help_text='A name or a team.', max_length=80, verbose_name='whose it is')),
                    ('source', models.CharField(choices=[('verification', 'A code sent to it'), ('administrator', 'An administrator')], editable=False, max_length=16, verbose_name='verified by')),
                    ('verified_at', models.DateTimeField(editable=False, verbose_name='verified')),
                    ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='verified_numbers', to='compliance.account', verbose_name='account')),
                    ('added_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ],
                options={
                    'verbose_name': 'verified number',
                    'verbose_name_plural': 'verified numbers',
                    'ordering': ['account', '-verified_at'],
                    'constraints': [models.UniqueConstraint(fields=('account', 'msisdn'), name='verified_number_unique')],
                },
            ),
        ]),
    ]
