import config.common.secrets
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from config.common.schema import ChangeModels
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0001_squashed_0008_sender_pools'),
        ('compliance', '0017_both_directions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        ChangeModels([
            migrations.AddField(
                model_name='campaign',
                name='needed_micros',
                field=models.BigIntegerField(default=0, editable=False),
            ),
            migrations.AddField(
                model_name='campaign',
                name='stopped_for',
                field=models.CharField(blank=True, editable=False, max_length=40, verbose_name='stopped for'),
            ),
            migrations.AddField(
                model_name='historicalcampaign',
                name='stopped_for',
                field=models.CharField(blank=True, editable=False, max_length=40, verbose_name='stopped for'),
            ),
            migrations.CreateModel(
                name='HistoricalTriggerSource',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('name', models.CharField(help_text='Which platform this is.', max_length=80, verbose_name='name')),
                    ('is_enabled', models.BooleanField(default=True, help_text='While it is off, events are kept and can be run later; nothing is sent.', verbose_name='on')),
                    ('signature', models.CharField(choices=[('standard_webhooks', 'Standard Webhooks'), ('hmac', 'HMAC of the body')], default='standard_webhooks', max_length=20, verbose_name='signature')),
                    ('header', models.CharField(blank=True, help_text='X-Hub-Signature-256', max_length=80, verbose_name='header of the signature')),
                    ('algorithm', models.CharField(choices=[('sha256', 'HMAC SHA256'), ('sha384', 'HMAC SHA384'), ('sha512', 'HMAC SHA512')], default='sha256', max_length=10, verbose_name='algorithm')),
                    ('encoding', models.CharField(choices=[('hex', 'hex'), ('base64', 'base64')], default='hex', max_length=8, verbose_name='written in')),
                    ('prefix', models.CharField(blank=True, help_text='Such as sha256= or nothing.', max_length=20, verbose_name='begins with')),
                    ('signed_content', models.CharField(choices=[('{body}', '{body}'), ('{timestamp}.{body}', '{timestamp}.{body}'), ('{timestamp}{body}', '{timestamp}{body}'), ('v0:{timestamp}:{body}', 'v0:{timestamp}:{body}'), ('{id}.{timestamp}.{body}', '{id}.{timestamp}.{body}')], default='{body}', max_length=30, verbose_name='what is signed')),
                    ('timestamp_header', models.CharField(blank=True, help_text="Needed where the time is signed and is not part of the signature's header.", max_length=80, verbose_name='header of the time')),
                    ('id_header', models.CharField(blank=True, max_length=80, verbose_name="header of the event's id")),
                    ('timestamp_member', models.CharField(blank=True, help_text='Where the header reads like t=1700000000,v1=5257a8…: t.', max_length=20, verbose_name='member with the time')),
                    ('signature_member', models.CharField(blank=True, help_text='In the same: v1.', max_length=20, verbose_name='member with the signature')),
                    ('tolerance_seconds', models.PositiveIntegerField(default=300, help_text='In seconds.', verbose_name='how old a signature may be')),
                    ('allowed_addresses', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=43), blank=True, default=list, help_text='IP addresses or networks such as 203.0.113.0/24; empty allows any.', size=None, verbose_name='allowed addresses')),
                    ('name_from', models.CharField(choices=[('path', 'the body'), ('header', 'a header')], default='path', max_length=8, verbose_name="the event's name is in")),
                    ('name_at', models.CharField(default='$.type', help_text="A JSON path such as $.type, or the header's name such as X-Event.", max_length=200, verbose_name='at')),
                    ('key_from', models.CharField(choices=[('path', 'the body'), ('header', 'a header')], default='header', max_length=8, verbose_name="the event's id is in")),
                    ('key_at', models.CharField(blank=True, help_text='Where the id of the event is: the same id acts once. Empty, or where there is none: the same body acts once.', max_length=200, verbose_name='at')),
                    ('dedupe_hours', models.PositiveIntegerField(default=168, help_text="Hours in which the same event (and one per message's own key) acts once.", verbose_name='remembered for')),
                    ('payload_days', models.PositiveIntegerField(default=14, help_text='Days; then only what became of the event stays.', verbose_name='bodies are kept for')),
                    ('created_at', models.DateTimeField(blank=True, editable=False, verbose_name='created')),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('account', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='compliance.account', verbose_name='account')),
                    ('created_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'historical trigger source',
                    'verbose_name_plural': 'historical trigger sources',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='TriggerSource',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(help_text='Which platform this is.', max_length=80, verbose_name='name')),
                    ('key', models.CharField(editable=False, max_length=60, unique=True, verbose_name='key')),
                    ('is_enabled', models.BooleanField(default=True, help_text='While it is off, events are kept and can be run later; nothing is sent.', verbose_name='on')),
                    ('signature', models.CharField(choices=[('standard_webhooks', 'Standard Webhooks'), ('hmac', 'HMAC of the body')], default='standard_webhooks', max_length=20, verbose_name='signature')),
                    ('header', models.CharField(blank=True, help_text='X-Hub-Signature-256', max_length=80, verbose_name='header of the signature')),
                    ('algorithm', models.CharField(choices=[('sha256', 'HMAC SHA256'), ('sha384', 'HMAC SHA384'), ('sha512', 'HMAC SHA512')], default='sha256', max_length=10, verbose_name='algorithm')),
                    ('encoding', models.CharField(choices=[('hex', 'hex'), ('base64', 'base64')], default='hex', max_length=8, verbose_name='written in')),
                    ('prefix', models.CharField(blank=True, help_text='Such as sha256= or nothing.', max_length=20, verbose_name='begins with')),
                    ('signed_content', models.CharField(choices=[('{body}', '{body}'), ('{timestamp}.{body}', '{timestamp}.{body}'), ('{timestamp}{body}', '{timestamp}{body}'), ('v0:{timestamp}:{body}', 'v0:{timestamp}:{body}'), ('{id}.{timestamp}.{body}', '{id}.{timestamp}.{body}')], default='{body}', max_length=30, verbose_name='what is signed')),
                    ('timestamp_header', models.CharField(blank=True, help_text="Needed where the time is signed and is not part of the signature's header.", max_length=80, verbose_name='header of the time')),
                    ('id_header', models.CharField(blank=True, max_length=80, verbose_name="header of the event's id")),
                    ('timestamp_member', models.CharField(blank=True, help_text='Where the header reads like t=1700000000,v1=5257a8…: t.', max_length=20, verbose_name='member with the time')),
                    ('signature_member', models.CharField(blank=True, help_text='In the same: v1.', max_length=20, verbose_name='member with the signature')),
                    ('tolerance_seconds', models.PositiveIntegerField(default=300, help_text='In seconds.', verbose_name='how old a signature may be')),
                    ('secret', config.common.secrets.EncryptedTextField(editable=False, verbose_name='signing secret')),
                    ('previous_secret', config.common.secrets.EncryptedTextField(blank=True, default='', editable=False)),
                    ('previous_secret_until', models.DateTimeField(editable=False, null=True)),
                    ('allowed_addresses', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=43), blank=True, default=list, help_text='IP addresses or networks such as 203.0.113.0/24; empty allows any.', size=None, verbose_name='allowed addresses')),
                    ('name_from', models.CharField(choices=[('path', 'the body'), ('header', 'a header')], default='path', max_length=8, verbose_name="the event's name is in")),
                    ('name_at', models.CharField(default='$.type', help_text="A JSON path such as $.type, or the header's name such as X-Event.", max_length=200, verbose_name='at')),
                    ('key_from', models.CharField(choices=[('path', 'the body'), ('header', 'a header')], default='header', max_length=8, verbose_name="the event's id is in")),
                    ('key_at', models.CharField(blank=True, help_text='Where the id of the event is: the same id acts once. Empty, or where there is none: the same body acts once.', max_length=200, verbose_name='at')),
                    ('dedupe_hours', models.PositiveIntegerField(default=168, help_text="Hours in which the same event (and one per message's own key) acts once.", verbose_name='remembered for')),
                    ('payload_days', models.PositiveIntegerField(default=14, help_text='Days; then only what became of the event stays.', verbose_name='bodies are kept for')),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                    ('last_event_at', models.DateTimeField(editable=False, null=True, verbose_name='last event')),
                    ('refused_at', models.DateTimeField(editable=False, null=True, verbose_name='last refused')),
                    ('refused_code', models.CharField(blank=True, editable=False, max_length=40)),
                    ('refused_params', models.JSONField(default=dict, editable=False)),
                    ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='trigger_sources', to='compliance.account', verbose_name='account')),
                    ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'trigger source',
                    'verbose_name_plural': 'trigger sources',
                    'ordering': ['account', 'name'],
                },
            ),
            migrations.CreateModel(
                name='TriggerMapping',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=80, verbose_name='name')),
                    ('is_enabled', models.BooleanField(default=True, verbose_name='on')),
                    ('sample', config.common.secrets.EncryptedTextField(blank=True, default='', verbose_name='sample event')),
                    ('sample_event', models.CharField(blank=True, max_length=120, verbose_name='name of the sample event')),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                    ('last_sent_at', models.DateTimeField(editable=False, null=True, verbose_name='last message')),
                    ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL)),
                    ('source', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mappings', to='campaigns.triggersource', verbose_name='source')),
                ],
                options={
                    'verbose_name': 'trigger mapping',
                    'verbose_name_plural': 'trigger mappings',
                    'ordering': ['source', 'name'],
                },
            ),
            migrations.CreateModel(
                name='TriggerKey',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('mapping_id', models.BigIntegerField(default=0)),
                    ('digest', models.BinaryField(max_length=32)),
                    ('event_id', models.UUIDField()),
                    ('expires_at', models.DateTimeField(db_index=True)),
                    ('source', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='campaigns.triggersource')),
                ],
            ),
            migrations.CreateModel(
                name='TriggerEvent',
                fields=[
                    ('id', models.UUIDField(primary_key=True, serialize=False)),
                    ('name', models.CharField(blank=True, max_length=120, verbose_name='event')),
                    ('received_at', models.DateTimeField(verbose_name='received')),
                    ('result', models.CharField(choices=[('sent', 'Accepted'), ('partly', 'Accepted in part'), ('unmatched', 'Nothing to send'), ('failed', 'Not accepted'), ('unreadable', 'Not readable')], max_length=10, verbose_name='result')),
                    ('reason', models.CharField(blank=True, max_length=60, verbose_name='reason')),
                    ('reason_params', models.JSONField(default=dict)),
                    ('steps', models.JSONField(default=list)),
                    ('body', config.common.secrets.EncryptedTextField(blank=True, default='')),
                    ('headers', config.common.secrets.EncryptedTextField(blank=True, default='')),
                    ('size', models.PositiveIntegerField(default=0, verbose_name='size')),
                    ('marks', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                    ('repeats', models.PositiveIntegerField(default=0, verbose_name='repeats')),
                    ('runs', models.PositiveSmallIntegerField(default=1, verbose_name='runs')),
                    ('ran_at', models.DateTimeField(verbose_name='last run')),
                    ('retry_at', models.DateTimeField(null=True)),
                    ('body_until', models.DateTimeField(null=True, verbose_name='body is kept until')),
                    ('source', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='events', to='campaigns.triggersource', verbose_name='source')),
                ],
                options={
                    'verbose_name': 'trigger event',
                    'verbose_name_plural': 'trigger events',
                    'ordering': ['-id'],
                },
            ),
            migrations.CreateModel(
                name='TriggerVersion',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.PositiveIntegerField(verbose_name='version')),
                    ('status', models.CharField(choices=[('draft', 'Draft'), ('active', 'Active'), ('retired', 'Replaced')], default='draft', max_length=8, verbose_name='status')),
                    ('spec', models.JSONField(verbose_name='mapping')),
                    ('created_at', models.DateTimeField(verbose_name='written')),
                    ('activated_at', models.DateTimeField(null=True, verbose_name='activated')),
                    ('retired_at', models.DateTimeField(null=True, verbose_name='replaced')),
                    ('activated_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('mapping', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='campaigns.triggermapping', verbose_name='mapping')),
                ],
                options={
                    'verbose_name': 'version of a trigger mapping',
                    'verbose_name_plural': 'versions of trigger mappings',
                    'ordering': ['mapping', '-number'],
                },
            ),
            migrations.AddConstraint(
                model_name='triggersource',
                constraint=models.UniqueConstraint(fields=('account', 'name'), name='trigger_source_name'),
            ),
            migrations.AddConstraint(
                model_name='triggermapping',
                constraint=models.UniqueConstraint(fields=('source', 'name'), name='trigger_mapping_name'),
            ),
            migrations.AddConstraint(
                model_name='triggerkey',
                constraint=models.UniqueConstraint(fields=('source', 'mapping_id', 'digest'), name='trigger_key_once'),
            ),
            migrations.AddIndex(
                model_name='triggerevent',
                index=models.Index(fields=['source', '-id'], name='trigger_event_recent'),
            ),
            migrations.AddIndex(
                model_name='triggerevent',
                index=models.Index(condition=models.Q(('retry_at__isnull', False)), fields=['retry_at'], name='trigger_event_retry'),
            ),
            migrations.AddIndex(
                model_name='triggerevent',
                index=models.Index(condition=models.Q(('body_until__isnull', False)), fields=['body_until'], name='trigger_event_body'),
            ),
            migrations.AddIndex(
                model_name='triggerevent',
                index=django.contrib.postgres.indexes.GinIndex(fields=['marks'], name='trigger_event_marks'),
            ),
            migrations.AddConstraint(
                model_name='triggerversion',
                constraint=models.UniqueConstraint(fields=('mapping', 'number'), name='trigger_version_number'),
            ),
            migrations.AddConstraint(
                model_name='triggerversion',
                constraint=models.UniqueConstraint(condition=models.Q(('status', 'active')), fields=('mapping',), name='trigger_version_one_active'),
            ),
            migrations.AddConstraint(
                model_name='triggerversion',
                constraint=models.UniqueConstraint(condition=models.Q(('status', 'draft')), fields=('mapping',), name='trigger_version_one_draft'),
            ),
        ]),
    ]
