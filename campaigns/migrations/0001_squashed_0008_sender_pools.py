"""Everything of campaigns as of 0008.

Written from what the migrations it replaced ended with, columns in the order they gave them
(docs/decisions/0025-squashed-migrations.md).
"""

import campaigns.models.imports
import django.db.models.deletion
import django.db.models.functions.text
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from config.common.schema import CreateModels


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('compliance', '0001_squashed_0016_entity_id'),
        ('routing', '0001_squashed_0011_resting_orders'),
        ('messaging', '0001_squashed_0019_route_trials'),
    ]

    operations = [
        CreateModels([
            migrations.CreateModel(
                name='Contact',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('msisdn', models.CharField(max_length=15, verbose_name='number')),
                    ('country', models.CharField(max_length=2, verbose_name='country')),
                    ('name', models.CharField(blank=True, max_length=200, verbose_name='name')),
                    ('language', models.CharField(blank=True, max_length=16, verbose_name='language')),
                    ('attributes', models.JSONField(blank=True, default=dict, verbose_name='attributes')),
                    ('created_at', models.DateTimeField(verbose_name='created')),
                    ('updated_at', models.DateTimeField(verbose_name='updated')),
                    ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='compliance.account', verbose_name='account')),
                    ('name_folded', models.GeneratedField(db_persist=True, expression=models.Func(models.Func(django.db.models.functions.text.Lower('name'), template='normalize(%(expressions)s, NFD)'), models.Value('đ̧̛̣̀́̂̃̆̈̉̊̌'), models.Value('d'), function='TRANSLATE'), output_field=models.TextField())),
                    ('timezone', models.CharField(blank=True, db_default='', default='', help_text="Such as Asia/Ho_Chi_Minh: legal sending hours are the person's own. Empty: by the number.", max_length=64, verbose_name='time zone')),
                ],
                options={
                    'verbose_name': 'contact',
                    'verbose_name_plural': 'contacts',
                    'ordering': ['-id'],
                    'indexes': [models.Index(fields=['account', 'id'], name='contact_order')],
                    'constraints': [models.UniqueConstraint(fields=('account', 'msisdn'), name='contact_unique_in_account')],
                },
            ),
            migrations.CreateModel(
                name='ContactList',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=120, verbose_name='name')),
                    ('description', models.CharField(blank=True, max_length=200, verbose_name='description')),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                    ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='compliance.account', verbose_name='account')),
                ],
                options={
                    'verbose_name': 'list',
                    'verbose_name_plural': 'lists',
                    'ordering': ['-id'],
                    'constraints': [models.UniqueConstraint(fields=('account', 'name'), name='list_name_unique_in_account')],
                },
            ),
            migrations.CreateModel(
                name='HistoricalContactList',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('name', models.CharField(max_length=120, verbose_name='name')),
                    ('description', models.CharField(blank=True, max_length=200, verbose_name='description')),
                    ('created_at', models.DateTimeField(blank=True, editable=False, verbose_name='created')),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('account', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='compliance.account', verbose_name='account')),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'historical list',
                    'verbose_name_plural': 'historical lists',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='PersonRequest',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('copy', 'A copy of the data'), ('erasure', 'Erasure')], max_length=8, verbose_name='what they ask for')),
                    ('msisdn', models.CharField(blank=True, max_length=15, verbose_name='number')),
                    ('number_hash', models.CharField(editable=False, max_length=64)),
                    ('shown_number', models.CharField(editable=False, max_length=20, verbose_name='number')),
                    ('status', models.CharField(choices=[('open', 'Open'), ('partly', 'Erased, except what must be kept for a while'), ('done', 'Done'), ('withdrawn', 'Withdrawn')], default='open', max_length=10, verbose_name='status')),
                    ('asked_on', models.DateField(verbose_name='asked on')),
                    ('due_on', models.DateField(verbose_name='to be answered by')),
                    ('note', models.CharField(blank=True, help_text='By letter, e-mail, in a shop; how it is known that it was the person.', max_length=200, verbose_name='how they asked')),
                    ('report', models.JSONField(default=list, verbose_name='report')),
                    ('next_at', models.DateField(null=True, verbose_name='the rest is erased on')),
                    ('created_at', models.DateTimeField(verbose_name='entered')),
                    ('handled_at', models.DateTimeField(null=True, verbose_name='carried out')),
                    ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='compliance.account', verbose_name='account')),
                    ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='entered by')),
                    ('handled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='carried out by')),
                ],
                options={
                    'verbose_name': "person's request",
                    'verbose_name_plural': "persons' requests",
                    'ordering': ['-id'],
                    'indexes': [models.Index(fields=['account', 'number_hash'], name='person_request_by_number')],
                },
            ),
            migrations.CreateModel(
                name='Campaign',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=120, verbose_name='name')),
                    ('values', models.JSONField(blank=True, default=dict, help_text='For each slot of the template: a column of the contact, or a fixed value.', verbose_name='values')),
                    ('starts_at', models.DateTimeField(blank=True, help_text='Empty: as soon as you launch it.', null=True, verbose_name='start')),
                    ('ends_at', models.DateTimeField(blank=True, help_text='What has not left by then is dropped, with that reason.', null=True, verbose_name='useful until')),
                    ('messages_per_second', models.PositiveIntegerField(blank=True, help_text='At most so many messages a second; empty: as fast as the carriers take them.', null=True, verbose_name='speed')),
                    ('status', models.CharField(choices=[('draft', 'Draft'), ('scheduled', 'Scheduled'), ('running', 'Running'), ('paused', 'Paused'), ('sending', 'Finishing'), ('completed', 'Completed'), ('canceled', 'Canceled')], default='draft', max_length=10, verbose_name='status')),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                    ('launched_at', models.DateTimeField(editable=False, null=True, verbose_name='launched')),
                    ('released_at', models.DateTimeField(editable=False, null=True, verbose_name='all released')),
                    ('completed_at', models.DateTimeField(editable=False, null=True, verbose_name='completed')),
                    ('audience_size', models.PositiveIntegerField(default=0, editable=False, verbose_name='audience')),
                    ('audience_through', models.BigIntegerField(default=0, editable=False)),
                    ('released_through', models.BigIntegerField(default=0, editable=False)),
                    ('preflight', models.JSONField(editable=False, null=True, verbose_name='pre-flight')),
                    ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='compliance.account', verbose_name='account')),
                    ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                    ('launched_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='launched by')),
                    ('sender', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='routing.sender', verbose_name='sender')),
                    ('template_version', models.ForeignKey(limit_choices_to={'status': 'approved'}, on_delete=django.db.models.deletion.PROTECT, to='messaging.templateversion', verbose_name='template version')),
                    ('contact_list', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='campaigns', to='campaigns.contactlist', verbose_name='list')),
                    ('priority', models.SmallIntegerField(choices=[(0, 'Low'), (1, 'Normal'), (2, 'High')], default=1, help_text='Where a person may get only so many messages in a day: a higher one takes the place of a lower one that has not left yet.', verbose_name='priority')),
                    ('sender_pool', models.ForeignKey(blank=True, help_text='Its senders stand in for the one above, person by person.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='routing.senderpool', verbose_name='sender pool')),
                ],
                options={
                    'verbose_name': 'campaign',
                    'verbose_name_plural': 'campaigns',
                    'ordering': ['-id'],
                },
            ),
            migrations.CreateModel(
                name='ContactImport',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('token', models.UUIDField(editable=False, unique=True)),
                    ('file', models.FileField(upload_to=campaigns.models.imports._upload_path, verbose_name='file')),
                    ('file_name', models.CharField(max_length=200, verbose_name='file name')),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='uploaded')),
                    ('status', models.CharField(choices=[('uploaded', 'Uploaded'), ('queued', 'Waiting'), ('running', 'Running'), ('completed', 'Completed'), ('failed', 'Failed'), ('canceled', 'Canceled')], default='uploaded', max_length=10, verbose_name='status')),
                    ('dialect', models.JSONField(default=dict)),
                    ('mapping', models.JSONField(default=dict, verbose_name='columns')),
                    ('consent_source', models.CharField(blank=True, max_length=120, verbose_name='consent source')),
                    ('rows_total', models.PositiveIntegerField(default=0, verbose_name='rows')),
                    ('rows_done', models.PositiveIntegerField(default=0, verbose_name='rows read')),
                    ('rows_created', models.PositiveIntegerField(default=0, verbose_name='new contacts')),
                    ('rows_updated', models.PositiveIntegerField(default=0, verbose_name='known contacts')),
                    ('rows_duplicate', models.PositiveIntegerField(default=0, verbose_name='duplicates merged')),
                    ('rows_bad', models.PositiveIntegerField(default=0, verbose_name='bad lines')),
                    ('consents_recorded', models.PositiveIntegerField(default=0, verbose_name='consents recorded')),
                    ('error', models.CharField(blank=True, max_length=200, verbose_name='error')),
                    ('started_at', models.DateTimeField(null=True, verbose_name='started')),
                    ('finished_at', models.DateTimeField(null=True, verbose_name='finished')),
                    ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='compliance.account', verbose_name='account')),
                    ('consent_advertiser', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='compliance.advertiser', verbose_name='consent for')),
                    ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL, verbose_name='by')),
                    ('contact_list', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to='campaigns.contactlist', verbose_name='list')),
                    ('bytes_done', models.PositiveBigIntegerField(default=0)),
                    ('bytes_total', models.PositiveBigIntegerField(default=0, verbose_name='size')),
                    ('consent_evidence', models.CharField(blank=True, max_length=200, verbose_name='evidence')),
                    ('consent_for_all', models.BooleanField(default=False, verbose_name='every contact has agreed')),
                    ('consent_purpose', models.CharField(choices=[('otp', 'One-time codes'), ('transactional', 'Transactional messages'), ('care', 'Customer care'), ('marketing', 'Marketing'), ('all', 'Every message')], default='marketing', max_length=16, verbose_name='consent to')),
                    ('default_country', models.CharField(default='VN', max_length=2, verbose_name='country of numbers')),
                    ('file_digest', models.CharField(default='', editable=False, max_length=64, verbose_name='SHA-256')),
                    ('progress_at', models.DateTimeField(null=True)),
                    ('keeps_contacts', models.BooleanField(default=True, verbose_name='contacts are kept')),
                ],
                options={
                    'verbose_name': 'import',
                    'verbose_name_plural': 'imports',
                    'ordering': ['-id'],
                },
            ),
            migrations.CreateModel(
                name='HistoricalCampaign',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('name', models.CharField(max_length=120, verbose_name='name')),
                    ('values', models.JSONField(blank=True, default=dict, help_text='For each slot of the template: a column of the contact, or a fixed value.', verbose_name='values')),
                    ('starts_at', models.DateTimeField(blank=True, help_text='Empty: as soon as you launch it.', null=True, verbose_name='start')),
                    ('ends_at', models.DateTimeField(blank=True, help_text='What has not left by then is dropped, with that reason.', null=True, verbose_name='useful until')),
                    ('messages_per_second', models.PositiveIntegerField(blank=True, help_text='At most so many messages a second; empty: as fast as the carriers take them.', null=True, verbose_name='speed')),
                    ('status', models.CharField(choices=[('draft', 'Draft'), ('scheduled', 'Scheduled'), ('running', 'Running'), ('paused', 'Paused'), ('sending', 'Finishing'), ('completed', 'Completed'), ('canceled', 'Canceled')], default='draft', max_length=10, verbose_name='status')),
                    ('created_at', models.DateTimeField(blank=True, editable=False, verbose_name='created')),
                    ('launched_at', models.DateTimeField(editable=False, null=True, verbose_name='launched')),
                    ('released_at', models.DateTimeField(editable=False, null=True, verbose_name='all released')),
                    ('completed_at', models.DateTimeField(editable=False, null=True, verbose_name='completed')),
                    ('audience_size', models.PositiveIntegerField(default=0, editable=False, verbose_name='audience')),
                    ('audience_through', models.BigIntegerField(default=0, editable=False)),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('account', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='compliance.account', verbose_name='account')),
                    ('contact_list', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='campaigns.contactlist', verbose_name='list')),
                    ('created_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('launched_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='launched by')),
                    ('sender', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='routing.sender', verbose_name='sender')),
                    ('template_version', models.ForeignKey(blank=True, db_constraint=False, limit_choices_to={'status': 'approved'}, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='messaging.templateversion', verbose_name='template version')),
                    ('priority', models.SmallIntegerField(choices=[(0, 'Low'), (1, 'Normal'), (2, 'High')], default=1, help_text='Where a person may get only so many messages in a day: a higher one takes the place of a lower one that has not left yet.', verbose_name='priority')),
                    ('sender_pool', models.ForeignKey(blank=True, db_constraint=False, help_text='Its senders stand in for the one above, person by person.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='routing.senderpool', verbose_name='sender pool')),
                ],
                options={
                    'verbose_name': 'historical campaign',
                    'verbose_name_plural': 'historical campaigns',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='ListMembership',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('contact', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='campaigns.contact')),
                    ('contact_list', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='campaigns.contactlist')),
                ],
                options={
                    'verbose_name': 'list member',
                    'verbose_name_plural': 'list members',
                    'indexes': [models.Index(fields=['contact_list', 'id'], name='list_membership_order')],
                    'constraints': [models.UniqueConstraint(fields=('contact_list', 'contact'), name='list_membership_unique')],
                },
            ),
            migrations.CreateModel(
                name='BadLine',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('line', models.PositiveIntegerField(verbose_name='line')),
                    ('field', models.CharField(blank=True, max_length=60, verbose_name='field')),
                    ('code', models.CharField(max_length=40, verbose_name='code')),
                    ('content', models.TextField(verbose_name='line content')),
                    ('contact_import', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='bad_lines', to='campaigns.contactimport', verbose_name='import')),
                    ('params', models.JSONField(default=dict)),
                ],
                options={
                    'verbose_name': 'bad line',
                    'verbose_name_plural': 'bad lines',
                    'ordering': ['line'],
                    'constraints': [models.UniqueConstraint(fields=('contact_import', 'line'), name='bad_line_unique')],
                },
            ),
            migrations.CreateModel(
                name='AudienceEntry',
                fields=[
                    ('pk', models.CompositePrimaryKey('campaign_id', 'contact_id', blank=True, editable=False, primary_key=True, serialize=False)),
                    ('campaign', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='audience', to='campaigns.campaign')),
                    ('contact', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='campaigns.contact')),
                    ('msisdn', models.CharField(max_length=15, verbose_name='number')),
                    ('outcome', models.CharField(choices=[('released', 'Released'), ('excluded', 'Excluded')], max_length=10, verbose_name='outcome')),
                    ('reason', models.CharField(blank=True, max_length=24, verbose_name='reason')),
                    ('detail', models.CharField(blank=True, max_length=200, verbose_name='detail')),
                    ('message_id', models.UUIDField(null=True, verbose_name='message')),
                ],
                options={
                    'verbose_name': 'audience entry',
                    'verbose_name_plural': 'audience',
                },
            ),
        ]),
    ]
