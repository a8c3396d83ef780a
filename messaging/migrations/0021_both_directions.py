import config.common.ids
import config.common.secrets
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import messaging.constants
import messaging.models.money
import messaging.models.verification
import simple_history.models
from django.conf import settings
from config.common.schema import ChangeModels
from django.db import migrations, models

from messaging.migrations._keyword_rules import BACKWARDS, FORWARDS
from messaging.migrations._money import MONEY, NO_MONEY

class Migration(migrations.Migration):

    dependencies = [
        ('carriers', '0001_squashed_0014_refused_binds'),
        ('compliance', '0017_both_directions'),
        ('messaging', '0020_receipts_still_awaited'),
        ('routing', '0001_squashed_0011_resting_orders'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        ChangeModels([
            migrations.CreateModel(
                name='AcceptedDay',
                fields=[
                    ('pk', models.CompositePrimaryKey('account_id', 'day', blank=True, editable=False, primary_key=True, serialize=False)),
                    ('day', models.IntegerField()),
                    ('accepted', models.BigIntegerField(default=0)),
                    ('reserved_micros', models.BigIntegerField(default=0)),
                    ('charged_micros', models.BigIntegerField(default=0)),
                    ('is_whole', models.BooleanField(default=True)),
                ],
            ),
            migrations.CreateModel(
                name='Balance',
                fields=[
                    ('account', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='balance', serialize=False, to='compliance.account', verbose_name='account')),
                    ('mode', models.CharField(choices=[('unlimited', 'Afterwards, without a limit'), ('postpaid', 'Afterwards, up to a limit'), ('prepaid', 'In advance, from its credit')], default='unlimited', max_length=9, verbose_name='how it pays')),
                    ('day_limit_micros', models.BigIntegerField(blank=True, null=True, verbose_name='limit per day')),
                    ('month_limit_micros', models.BigIntegerField(blank=True, null=True, verbose_name='limit per month')),
                    ('alert_percents', django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)]), blank=True, default=messaging.models.money.usual_alerts, size=10, verbose_name='tell at')),
                    ('funds_micros', models.BigIntegerField(default=0, verbose_name='paid in')),
                    ('taken_micros', models.BigIntegerField(default=0)),
                    ('reserved_micros', models.BigIntegerField(default=0, verbose_name='reserved')),
                    ('charged_micros', models.BigIntegerField(default=0, verbose_name='charged')),
                    ('day', models.DateField(null=True)),
                    ('day_micros', models.BigIntegerField(default=0, verbose_name='spent today')),
                    ('month', models.DateField(null=True)),
                    ('month_micros', models.BigIntegerField(default=0, verbose_name='spent this month')),
                    ('unit_micros', models.BigIntegerField(default=0)),
                    ('mark_micros', models.BigIntegerField(default=0)),
                    ('alerted_percent', models.SmallIntegerField(default=0)),
                    ('alert_key', models.CharField(blank=True, max_length=120)),
                    ('posted_through', models.DateField(null=True)),
                ],
                options={
                    'verbose_name': 'balance',
                    'verbose_name_plural': 'balances',
                    'ordering': ['account__name'],
                },
            ),
            migrations.CreateModel(
                name='Charge',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('day', models.DateField(verbose_name='day')),
                    ('message_class', models.CharField(choices=[('otp', 'One-time code'), ('transactional', 'Transactional'), ('care', 'Customer care'), ('marketing', 'Marketing')], max_length=16, verbose_name='class')),
                    ('messages', models.BigIntegerField(default=0, verbose_name='messages')),
                    ('segments', models.BigIntegerField(default=0, verbose_name='segments')),
                    ('charged_micros', models.BigIntegerField(default=0, verbose_name='price')),
                ],
                options={
                    'verbose_name': 'statement line',
                    'verbose_name_plural': 'statements',
                    'ordering': ['-day', 'id'],
                },
            ),
            migrations.CreateModel(
                name='Conversation',
                fields=[
                    ('id', models.UUIDField(default=config.common.ids.uuid7, primary_key=True, serialize=False)),
                    ('msisdn', models.CharField(max_length=21, verbose_name='number')),
                    ('state', models.CharField(choices=[('open', 'Open'), ('closed', 'Closed')], default='open', max_length=8, verbose_name='state')),
                    ('version', models.PositiveIntegerField(default=0)),
                    ('unread_count', models.PositiveIntegerField(default=0, verbose_name='unread')),
                    ('last_inbound_id', models.UUIDField(null=True)),
                    ('last_at', models.DateTimeField(verbose_name='last heard of')),
                    ('opened_at', models.DateTimeField(verbose_name='opened')),
                    ('closed_at', models.DateTimeField(null=True, verbose_name='closed')),
                    ('waiting_since', models.DateTimeField(null=True, verbose_name='waiting since')),
                    ('due_at', models.DateTimeField(null=True, verbose_name='to be answered by')),
                    ('escalated_at', models.DateTimeField(null=True, verbose_name='escalated')),
                ],
                options={
                    'verbose_name': 'conversation',
                    'verbose_name_plural': 'conversations',
                },
            ),
            migrations.CreateModel(
                name='ConversationEntry',
                fields=[
                    ('id', models.UUIDField(default=config.common.ids.uuid7, primary_key=True, serialize=False)),
                    ('kind', models.CharField(max_length=20, verbose_name='kind')),
                    ('at', models.DateTimeField(verbose_name='at')),
                    ('text', models.TextField(blank=True, verbose_name='text')),
                    ('data', models.JSONField(default=dict)),
                    ('message_id', models.UUIDField(null=True)),
                    ('token', models.CharField(blank=True, max_length=255)),
                ],
                options={
                    'verbose_name': 'entry of a conversation',
                    'verbose_name_plural': 'entries of conversations',
                },
            ),
            migrations.CreateModel(
                name='ConversationWait',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('started_at', models.DateTimeField(verbose_name='since')),
                    ('ended_at', models.DateTimeField(null=True, verbose_name='until')),
                    ('end', models.CharField(blank=True, choices=[('answered', 'Answered'), ('automatic', 'Answered by a rule'), ('closed', 'Closed without an answer')], max_length=10, verbose_name='ended by')),
                    ('escalated_at', models.DateTimeField(null=True, verbose_name='escalated')),
                ],
                options={
                    'verbose_name': 'waiting time',
                    'verbose_name_plural': 'waiting times',
                },
            ),
            migrations.CreateModel(
                name='HistoricalKeywordRule',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('name', models.CharField(help_text='What people and events call the rule.', max_length=80, verbose_name='name')),
                    ('priority', models.PositiveSmallIntegerField(default=100, help_text='Small numbers are asked first. Of one priority the more exact kind comes first, then the older rule.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000)], verbose_name='priority')),
                    ('match_kind', models.CharField(choices=[('exact', 'The whole reply is the word'), ('first_word', 'The reply begins with the word'), ('prefix', 'The reply begins with the letters'), ('pattern', 'The whole reply fits the pattern'), ('any', 'Any reply')], default='first_word', max_length=10, verbose_name='looks for')),
                    ('words', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), blank=True, default=list, help_text='One per line. Case, punctuation and doubled blanks do not matter; a word written without marks fits with any marks, one with marks fits with those or with none. A pattern (RE2) has to fit the whole reply: write .* where more may stand.', size=None, verbose_name='words')),
                    ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=16), blank=True, default=list, help_text='Such as vi or en, one per line: only for people whom we wrote to in one of them last. Empty: for everybody.', size=None, verbose_name='languages')),
                    ('valid_from', models.DateTimeField(blank=True, null=True, verbose_name='valid from')),
                    ('valid_until', models.DateTimeField(blank=True, null=True, verbose_name='valid until')),
                    ('is_active', models.BooleanField(default=True, verbose_name='on')),
                    ('is_shadow', models.BooleanField(default=False, help_text='Its matches are recorded and nothing is done: to see what it would do.', verbose_name='in shadow')),
                    ('actions', models.JSONField(blank=True, default=list, verbose_name='steps')),
                    ('question', models.JSONField(blank=True, null=True, verbose_name='question')),
                    ('created_at', models.DateTimeField(blank=True, editable=False, verbose_name='created')),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ],
                options={
                    'verbose_name': 'historical keyword rule',
                    'verbose_name_plural': 'historical keyword rules',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='HistoricalResponseRule',
                fields=[
                    ('id', models.BigIntegerField(blank=True, db_index=True)),
                    ('limit_minutes', models.PositiveIntegerField(help_text='Minutes of opening hours, from the first unanswered reply.', verbose_name='answer within')),
                    ('zone', models.CharField(blank=True, help_text="Of the opening hours, such as Asia/Ho_Chi_Minh. Empty: the account's.", max_length=64, verbose_name='time zone')),
                    ('hours', models.JSONField(blank=True, default=list, verbose_name='opening hours')),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ],
                options={
                    'verbose_name': 'historical response rule',
                    'verbose_name_plural': 'historical response rules',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='HistoricalShieldRule',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('country', models.CharField(blank=True, help_text='Two letters; none: every country.', max_length=2, validators=[django.core.validators.RegexValidator('\\A[A-Z]{2}\\Z')], verbose_name='country')),
                    ('mode', models.CharField(choices=[('allow', 'Allow: look at nothing'), ('monitor', 'Monitor: note what would be held, and send'), ('filter', 'Filter: hold what looks like pumping'), ('block', 'Block: send nothing there')], max_length=8, verbose_name='shield')),
                    ('reason', models.CharField(max_length=200, verbose_name='reason')),
                    ('created_at', models.DateTimeField(blank=True, editable=False, verbose_name='made')),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ],
                options={
                    'verbose_name': 'historical shield rule',
                    'verbose_name_plural': 'historical shield rules',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='HistoricalVerificationService',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('name', models.CharField(help_text='For people: “Shop sign-in”.', max_length=60, verbose_name='name')),
                    ('slug', models.SlugField(help_text='What API requests give as service.', max_length=40, verbose_name='short name')),
                    ('is_active', models.BooleanField(default=True, verbose_name='active')),
                    ('code_length', models.PositiveSmallIntegerField(default=6, validators=[django.core.validators.MinValueValidator(4), django.core.validators.MaxValueValidator(10)], verbose_name='digits of the code')),
                    ('lifetime_seconds', models.PositiveIntegerField(default=300, help_text='From each send on. Five minutes are usual, more than ten are not wise.', validators=[django.core.validators.MinValueValidator(30), django.core.validators.MaxValueValidator(3600)], verbose_name='a code lives (seconds)')),
                    ('max_checks', models.PositiveSmallIntegerField(default=5, help_text='So many codes may be tried in one verification, resends included.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10)], verbose_name='checks')),
                    ('resend_delays', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(3600)], verbose_name='seconds'), blank=True, default=messaging.models.verification._usual_delays, help_text='One a line: the wait before the first resend, the second, and so on.', size=9, verbose_name='waits before a resend (seconds)')),
                    ('countries', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2, validators=[django.core.validators.RegexValidator('\\A[A-Z]{2}\\Z')], verbose_name='country'), help_text='Numbers of other countries are refused: VN, US … One a line.', size=None, verbose_name='countries')),
                    ('app_hash', models.CharField(blank=True, help_text='Of the Android app, for SMS Retriever, where a request gives none.', max_length=11, validators=[django.core.validators.RegexValidator('\\A[A-Za-z0-9+/]{11}\\Z')], verbose_name='app hash')),
                    ('limit_number', models.CharField(blank=True, default='5 per 10m, 15 per 1d', help_text='Such as “5 per 10m, 15 per 1d”; s, m, h, d. Empty: no limit.', max_length=80, verbose_name='sends to a number')),
                    ('limit_ip', models.CharField(blank=True, default='10 per 10m, 50 per 1d', max_length=80, verbose_name='sends for an address')),
                    ('limit_device', models.CharField(blank=True, default='5 per 10m, 20 per 1d', max_length=80, verbose_name='sends for a device')),
                    ('limit_prefix', models.CharField(blank=True, default='60 per 10m', max_length=80, verbose_name='sends into a block of 10,000 numbers')),
                    ('limit_account', models.CharField(blank=True, default='3000 per 1m', max_length=80, verbose_name='sends of the service')),
                    ('mode', models.CharField(choices=[('allow', 'Allow: look at nothing'), ('monitor', 'Monitor: note what would be held, and send'), ('filter', 'Filter: hold what looks like pumping'), ('block', 'Block: send nothing there')], default='filter', max_length=8, verbose_name='shield')),
                    ('least_sends', models.PositiveIntegerField(default=20, validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(100000)], verbose_name='sends before a prefix is judged')),
                    ('least_conversion_percent', models.PositiveSmallIntegerField(default=20, help_text='A prefix of the last hour with fewer is held.', validators=[django.core.validators.MaxValueValidator(100)], verbose_name='codes entered at least (%)')),
                    ('sequential_numbers', models.PositiveSmallIntegerField(default=6, validators=[django.core.validators.MinValueValidator(3), django.core.validators.MaxValueValidator(1000)], verbose_name='numbers in a row')),
                    ('country_times', models.FloatField(default=2.0, help_text='A day of so many times the mean of the seven days before is a surge.', validators=[django.core.validators.MinValueValidator(1.1), django.core.validators.MaxValueValidator(100)], verbose_name='times the usual of a country')),
                    ('countries_per_ip', models.PositiveSmallIntegerField(default=5, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(250)], verbose_name='countries for an address a day')),
                    ('hold_minutes', models.PositiveIntegerField(default=60, validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(10080)], verbose_name='a hold lasts (minutes)')),
                    ('created_at', models.DateTimeField(blank=True, editable=False, verbose_name='made')),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ],
                options={
                    'verbose_name': 'historical verification service',
                    'verbose_name_plural': 'historical verification services',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='KeywordHit',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('rule_name', models.CharField(max_length=80, verbose_name='rule')),
                    ('msisdn', models.CharField(max_length=21, verbose_name='number')),
                    ('outcome', models.CharField(choices=[('acted', 'Acted'), ('shadow', 'Would have acted (in shadow)'), ('answered', 'Its question was answered'), ('repeated', 'Its question was asked again'), ('unclear', 'The answer stayed unclear'), ('timed_out', 'No answer came in time'), ('wrong_code', 'A wrong code was answered')], max_length=10, verbose_name='what happened')),
                    ('matched', models.CharField(blank=True, max_length=120, verbose_name='word')),
                    ('results', models.JSONField(default=list, verbose_name='steps')),
                    ('answers', models.PositiveSmallIntegerField(default=0, verbose_name='answers')),
                    ('failures', models.PositiveSmallIntegerField(default=0, verbose_name='failures')),
                    ('created_at', models.DateTimeField(verbose_name='at')),
                ],
                options={
                    'verbose_name': 'keyword match',
                    'verbose_name_plural': 'keyword matches',
                    'ordering': ['-id'],
                },
            ),
            migrations.CreateModel(
                name='KeywordQuestion',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('rule_name', models.CharField(max_length=80, verbose_name='rule')),
                    ('msisdn', models.CharField(max_length=15, verbose_name='number')),
                    ('question', models.JSONField()),
                    ('values', models.JSONField(default=dict)),
                    ('language', models.CharField(blank=True, max_length=16)),
                    ('asked_id', models.UUIDField(verbose_name='message')),
                    ('state', models.CharField(choices=[('waiting', 'Waiting for an answer'), ('answered', 'Answered'), ('unclear', 'The answer stayed unclear'), ('timed_out', 'No answer in time'), ('replaced', 'Another question took its place'), ('canceled', 'The person refused'), ('elsewhere', 'The code was settled elsewhere')], default='waiting', max_length=10, verbose_name='state')),
                    ('repeated', models.PositiveSmallIntegerField(default=0, verbose_name='repeated')),
                    ('answer', models.CharField(blank=True, max_length=30, verbose_name='answer')),
                    ('asked_at', models.DateTimeField(verbose_name='asked')),
                    ('due_at', models.DateTimeField(verbose_name='waits until')),
                    ('settled_at', models.DateTimeField(blank=True, null=True, verbose_name='settled')),
                ],
                options={
                    'verbose_name': 'question',
                    'verbose_name_plural': 'questions',
                    'ordering': ['-id'],
                },
            ),
            migrations.CreateModel(
                name='KeywordRule',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(help_text='What people and events call the rule.', max_length=80, verbose_name='name')),
                    ('priority', models.PositiveSmallIntegerField(default=100, help_text='Small numbers are asked first. Of one priority the more exact kind comes first, then the older rule.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000)], verbose_name='priority')),
                    ('match_kind', models.CharField(choices=[('exact', 'The whole reply is the word'), ('first_word', 'The reply begins with the word'), ('prefix', 'The reply begins with the letters'), ('pattern', 'The whole reply fits the pattern'), ('any', 'Any reply')], default='first_word', max_length=10, verbose_name='looks for')),
                    ('words', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), blank=True, default=list, help_text='One per line. Case, punctuation and doubled blanks do not matter; a word written without marks fits with any marks, one with marks fits with those or with none. A pattern (RE2) has to fit the whole reply: write .* where more may stand.', size=None, verbose_name='words')),
                    ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=16), blank=True, default=list, help_text='Such as vi or en, one per line: only for people whom we wrote to in one of them last. Empty: for everybody.', size=None, verbose_name='languages')),
                    ('valid_from', models.DateTimeField(blank=True, null=True, verbose_name='valid from')),
                    ('valid_until', models.DateTimeField(blank=True, null=True, verbose_name='valid until')),
                    ('is_active', models.BooleanField(default=True, verbose_name='on')),
                    ('is_shadow', models.BooleanField(default=False, help_text='Its matches are recorded and nothing is done: to see what it would do.', verbose_name='in shadow')),
                    ('actions', models.JSONField(blank=True, default=list, verbose_name='steps')),
                    ('question', models.JSONField(blank=True, null=True, verbose_name='question')),
                    ('version', models.BigIntegerField(db_default=0, default=0, editable=False)),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ],
                options={
                    'verbose_name': 'keyword rule',
                    'verbose_name_plural': 'keyword rules',
                    'ordering': ['account', 'priority', 'pk'],
                },
            ),
            migrations.CreateModel(
                name='LedgerEntry',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('kind', models.CharField(choices=[('top_up', 'Top-up'), ('adjustment', 'Adjustment'), ('charges', 'Messages of a day')], max_length=10, verbose_name='kind')),
                    ('amount_micros', models.BigIntegerField(verbose_name='amount')),
                    ('balance_micros', models.BigIntegerField(verbose_name='balance after')),
                    ('currency', models.CharField(max_length=3, verbose_name='currency')),
                    ('day', models.DateField(null=True, verbose_name='day')),
                    ('reference', models.CharField(blank=True, help_text='Of a payment or an invoice; the same one is booked once.', max_length=100, verbose_name='reference')),
                    ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                    ('at', models.DateTimeField(verbose_name='at')),
                ],
                options={
                    'verbose_name': 'top-up',
                    'verbose_name_plural': 'top-ups',
                    'ordering': ['-id'],
                },
            ),
            migrations.CreateModel(
                name='MoneyDelta',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('day', models.IntegerField()),
                    ('accepted_at', models.DateTimeField()),
                    ('booked_at', models.DateTimeField()),
                    ('network_id', models.BigIntegerField(null=True)),
                    ('sender_id', models.BigIntegerField(null=True)),
                    ('message_class', models.CharField(blank=True, max_length=16)),
                    ('accepted', models.IntegerField(default=0)),
                    ('messages', models.IntegerField(default=0)),
                    ('segments', models.IntegerField(default=0)),
                    ('taken_micros', models.BigIntegerField(default=0)),
                    ('reserved_micros', models.BigIntegerField(default=0)),
                    ('charged_micros', models.BigIntegerField(default=0)),
                ],
            ),
            migrations.CreateModel(
                name='ResponseRule',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('limit_minutes', models.PositiveIntegerField(help_text='Minutes of opening hours, from the first unanswered reply.', verbose_name='answer within')),
                    ('zone', models.CharField(blank=True, help_text="Of the opening hours, such as Asia/Ho_Chi_Minh. Empty: the account's.", max_length=64, verbose_name='time zone')),
                    ('hours', models.JSONField(blank=True, default=list, verbose_name='opening hours')),
                ],
                options={
                    'verbose_name': 'response rule',
                    'verbose_name_plural': 'response rules',
                    'ordering': ['account', 'sender'],
                },
            ),
            migrations.CreateModel(
                name='SealedText',
                fields=[
                    ('message_id', models.UUIDField(primary_key=True, serialize=False)),
                    ('sealed', config.common.secrets.EncryptedTextField()),
                    ('created_at', models.DateTimeField()),
                ],
            ),
            migrations.CreateModel(
                name='ShieldRule',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('country', models.CharField(blank=True, help_text='Two letters; none: every country.', max_length=2, validators=[django.core.validators.RegexValidator('\\A[A-Z]{2}\\Z')], verbose_name='country')),
                    ('mode', models.CharField(choices=[('allow', 'Allow: look at nothing'), ('monitor', 'Monitor: note what would be held, and send'), ('filter', 'Filter: hold what looks like pumping'), ('block', 'Block: send nothing there')], max_length=8, verbose_name='shield')),
                    ('reason', models.CharField(max_length=200, verbose_name='reason')),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='made')),
                ],
                options={
                    'verbose_name': 'shield rule',
                    'verbose_name_plural': 'shield rules',
                    'ordering': ['country', 'pk'],
                },
            ),
            migrations.CreateModel(
                name='UnroutedReply',
                fields=[
                    ('message', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='unrouted', serialize=False, to='messaging.inboundmessage', verbose_name='reply')),
                    ('reason', models.CharField(choices=[('unknown_address', 'No sender has this address'), ('shared_address', 'Several senders have this address, and none wrote to the number'), ('unreadable', 'The PDU could not be read')], max_length=20, verbose_name='reason')),
                    ('state', models.CharField(choices=[('waiting', 'Waiting'), ('routed', 'Given to a sender'), ('dismissed', 'Dismissed')], default='waiting', max_length=10, verbose_name='state')),
                    ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                    ('decided_at', models.DateTimeField(null=True, verbose_name='decided')),
                ],
                options={
                    'verbose_name': 'unrouted reply',
                    'verbose_name_plural': 'unrouted replies',
                    'ordering': ['-message_id'],
                },
            ),
            migrations.CreateModel(
                name='Verification',
                fields=[
                    ('id', models.UUIDField(default=config.common.ids.uuid7, primary_key=True, serialize=False, verbose_name='id')),
                    ('msisdn', models.CharField(max_length=15, verbose_name='number')),
                    ('country', models.CharField(max_length=2, verbose_name='country')),
                    ('channel', models.CharField(default='sms', max_length=8, verbose_name='channel')),
                    ('locale', models.CharField(blank=True, max_length=35, verbose_name='language')),
                    ('status', models.CharField(choices=[('pending', 'Waiting for the code'), ('approved', 'Approved'), ('expired', 'Expired'), ('canceled', 'Canceled'), ('failed', 'Too many wrong codes'), ('blocked', 'Blocked')], max_length=10, verbose_name='state')),
                    ('reason', models.CharField(blank=True, choices=[('', ''), ('superseded', 'A newer one was started for the number'), ('requested', 'Canceled by you'), ('country', 'The country is not open'), ('mode', 'The shield blocks the country'), ('held', 'The prefix is on hold'), ('ip_countries', 'One address asks for many countries')], max_length=16, verbose_name='reason')),
                    ('noted', models.CharField(blank=True, choices=[('low_conversion', 'Few codes are entered'), ('sequential', 'Numbers in a row'), ('country_surge', 'Much more than usual in the country'), ('ip_countries', 'One address asks for many countries'), ('by_hand', 'Placed by a person')], max_length=16, verbose_name='would have been held')),
                    ('code_digest', models.BinaryField(null=True)),
                    ('older_digests', django.contrib.postgres.fields.ArrayField(base_field=models.BinaryField(), default=list, size=None)),
                    ('code_length', models.PositiveSmallIntegerField(verbose_name='digits')),
                    ('lifetime_seconds', models.PositiveIntegerField()),
                    ('max_checks', models.PositiveSmallIntegerField()),
                    ('checks', models.PositiveSmallIntegerField(default=0, verbose_name='checks')),
                    ('sends', models.PositiveSmallIntegerField(default=0, verbose_name='sends')),
                    ('sender_address', models.CharField(max_length=30, verbose_name='from')),
                    ('template_slug', models.CharField(max_length=50, verbose_name='template')),
                    ('app_hash', models.CharField(blank=True, max_length=11, verbose_name='app hash')),
                    ('ip', models.GenericIPAddressField(blank=True, null=True, verbose_name='address')),
                    ('device', models.CharField(blank=True, max_length=100, verbose_name='device')),
                    ('client_reference', models.CharField(blank=True, max_length=100, verbose_name='your reference')),
                    ('metadata', models.JSONField(null=True, verbose_name='metadata')),
                    ('expires_at', models.DateTimeField(verbose_name='expires')),
                    ('next_send_at', models.DateTimeField(null=True, verbose_name='resend from')),
                    ('created_at', models.DateTimeField(verbose_name='started')),
                    ('done_at', models.DateTimeField(null=True, verbose_name='finished')),
                ],
                options={
                    'verbose_name': 'verification',
                    'verbose_name_plural': 'verifications',
                    'ordering': ['-id'],
                },
            ),
            migrations.CreateModel(
                name='VerificationCheck',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.PositiveSmallIntegerField(verbose_name='check')),
                    ('result', models.CharField(choices=[('right', 'Right'), ('wrong', 'Wrong'), ('older', 'A code that was replaced')], max_length=8, verbose_name='result')),
                    ('at', models.DateTimeField(verbose_name='at')),
                ],
                options={
                    'ordering': ['number'],
                },
            ),
            migrations.CreateModel(
                name='VerificationHold',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('country', models.CharField(max_length=2, verbose_name='country')),
                    ('prefix', models.CharField(blank=True, help_text='First digits, with the calling code; none: the whole country.', max_length=15, validators=[django.core.validators.RegexValidator('\\A[0-9]*\\Z')], verbose_name='prefix')),
                    ('cause', models.CharField(choices=[('low_conversion', 'Few codes are entered'), ('sequential', 'Numbers in a row'), ('country_surge', 'Much more than usual in the country'), ('ip_countries', 'One address asks for many countries'), ('by_hand', 'Placed by a person')], max_length=16, verbose_name='cause')),
                    ('is_monitor', models.BooleanField(default=False, verbose_name='only notes')),
                    ('measured', models.JSONField(default=dict, verbose_name='measured')),
                    ('placed_at', models.DateTimeField(verbose_name='placed')),
                    ('until', models.DateTimeField(verbose_name='until')),
                    ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                    ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ],
                options={
                    'verbose_name': 'verification hold',
                    'verbose_name_plural': 'verification holds',
                    'ordering': ['-placed_at'],
                },
            ),
            migrations.CreateModel(
                name='VerificationOverride',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('prefix', models.CharField(help_text='Digits with the calling code: a whole number, or how numbers begin.', max_length=15, validators=[django.core.validators.RegexValidator('\\A[0-9]{1,15}\\Z')], verbose_name='number or prefix')),
                    ('reason', models.CharField(max_length=200, verbose_name='reason')),
                    ('until', models.DateTimeField(help_text='At most thirty days ahead.', verbose_name='until')),
                    ('created_at', models.DateTimeField(verbose_name='made')),
                    ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ],
                options={
                    'verbose_name': 'shield override',
                    'verbose_name_plural': 'shield overrides',
                    'ordering': ['-created_at'],
                },
            ),
            migrations.CreateModel(
                name='VerificationSend',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.PositiveSmallIntegerField(verbose_name='send')),
                    ('message_id', models.UUIDField(verbose_name='message')),
                    ('at', models.DateTimeField(verbose_name='at')),
                ],
                options={
                    'ordering': ['number'],
                },
            ),
            migrations.CreateModel(
                name='VerificationService',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(help_text='For people: “Shop sign-in”.', max_length=60, verbose_name='name')),
                    ('slug', models.SlugField(help_text='What API requests give as service.', max_length=40, verbose_name='short name')),
                    ('is_active', models.BooleanField(default=True, verbose_name='active')),
                    ('code_length', models.PositiveSmallIntegerField(default=6, validators=[django.core.validators.MinValueValidator(4), django.core.validators.MaxValueValidator(10)], verbose_name='digits of the code')),
                    ('lifetime_seconds', models.PositiveIntegerField(default=300, help_text='From each send on. Five minutes are usual, more than ten are not wise.', validators=[django.core.validators.MinValueValidator(30), django.core.validators.MaxValueValidator(3600)], verbose_name='a code lives (seconds)')),
                    ('max_checks', models.PositiveSmallIntegerField(default=5, help_text='So many codes may be tried in one verification, resends included.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10)], verbose_name='checks')),
                    ('resend_delays', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(3600)], verbose_name='seconds'), blank=True, default=messaging.models.verification._usual_delays, help_text='One a line: the wait before the first resend, the second, and so on.', size=9, verbose_name='waits before a resend (seconds)')),
                    ('countries', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2, validators=[django.core.validators.RegexValidator('\\A[A-Z]{2}\\Z')], verbose_name='country'), help_text='Numbers of other countries are refused: VN, US … One a line.', size=None, verbose_name='countries')),
                    ('app_hash', models.CharField(blank=True, help_text='Of the Android app, for SMS Retriever, where a request gives none.', max_length=11, validators=[django.core.validators.RegexValidator('\\A[A-Za-z0-9+/]{11}\\Z')], verbose_name='app hash')),
                    ('limit_number', models.CharField(blank=True, default='5 per 10m, 15 per 1d', help_text='Such as “5 per 10m, 15 per 1d”; s, m, h, d. Empty: no limit.', max_length=80, verbose_name='sends to a number')),
                    ('limit_ip', models.CharField(blank=True, default='10 per 10m, 50 per 1d', max_length=80, verbose_name='sends for an address')),
                    ('limit_device', models.CharField(blank=True, default='5 per 10m, 20 per 1d', max_length=80, verbose_name='sends for a device')),
                    ('limit_prefix', models.CharField(blank=True, default='60 per 10m', max_length=80, verbose_name='sends into a block of 10,000 numbers')),
                    ('limit_account', models.CharField(blank=True, default='3000 per 1m', max_length=80, verbose_name='sends of the service')),
                    ('mode', models.CharField(choices=[('allow', 'Allow: look at nothing'), ('monitor', 'Monitor: note what would be held, and send'), ('filter', 'Filter: hold what looks like pumping'), ('block', 'Block: send nothing there')], default='filter', max_length=8, verbose_name='shield')),
                    ('least_sends', models.PositiveIntegerField(default=20, validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(100000)], verbose_name='sends before a prefix is judged')),
                    ('least_conversion_percent', models.PositiveSmallIntegerField(default=20, help_text='A prefix of the last hour with fewer is held.', validators=[django.core.validators.MaxValueValidator(100)], verbose_name='codes entered at least (%)')),
                    ('sequential_numbers', models.PositiveSmallIntegerField(default=6, validators=[django.core.validators.MinValueValidator(3), django.core.validators.MaxValueValidator(1000)], verbose_name='numbers in a row')),
                    ('country_times', models.FloatField(default=2.0, help_text='A day of so many times the mean of the seven days before is a surge.', validators=[django.core.validators.MinValueValidator(1.1), django.core.validators.MaxValueValidator(100)], verbose_name='times the usual of a country')),
                    ('countries_per_ip', models.PositiveSmallIntegerField(default=5, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(250)], verbose_name='countries for an address a day')),
                    ('hold_minutes', models.PositiveIntegerField(default=60, validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(10080)], verbose_name='a hold lasts (minutes)')),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='made')),
                ],
                options={
                    'verbose_name': 'verification service',
                    'verbose_name_plural': 'verification services',
                    'ordering': ['name'],
                },
            ),
            migrations.CreateModel(
                name='VerificationStat',
                fields=[
                    ('pk', models.CompositePrimaryKey('service_id', 'hour', 'country', 'block', blank=True, editable=False, primary_key=True, serialize=False)),
                    ('hour', models.DateTimeField()),
                    ('country', models.CharField(max_length=2)),
                    ('block', models.CharField(max_length=15)),
                    ('starts', models.IntegerField(default=0)),
                    ('approvals', models.IntegerField(default=0)),
                    ('noted', models.IntegerField(default=0)),
                    ('noted_approvals', models.IntegerField(default=0)),
                    ('blocked', models.IntegerField(default=0)),
                ],
                options={
                    'verbose_name': 'conversion of codes',
                    'verbose_name_plural': 'conversion of codes',
                },
            ),
            migrations.CreateModel(
                name='VerificationText',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('locale', models.CharField(help_text='A language tag: vi, en, pt-BR.', max_length=35, validators=[django.core.validators.RegexValidator('\\A[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*\\Z')], verbose_name='language')),
                    ('position', models.PositiveSmallIntegerField(default=0, help_text='The first serves languages that none is of.', verbose_name='place')),
                ],
                options={
                    'verbose_name': 'text of a verification service',
                    'verbose_name_plural': 'texts of verification services',
                    'ordering': ['position', 'pk'],
                },
            ),
            migrations.RemoveIndex(
                model_name='inboundpart',
                name='inbound_part_waiting',
            ),
            migrations.AddField(
                model_name='inboundmessage',
                name='amended_at',
                field=models.DateTimeField(help_text='When late parts were put into the text.', null=True, verbose_name='amended'),
            ),
            migrations.AddField(
                model_name='inboundmessage',
                name='missing_parts',
                field=django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), default=list, size=None),
            ),
            migrations.AddField(
                model_name='inboundmessage',
                name='network',
                field=models.ForeignKey(help_text='Where the number is believed to be: known of itself, or by its prefix.', null=True, on_delete=django.db.models.deletion.SET_NULL, to='routing.network', verbose_name='network'),
            ),
            migrations.AddField(
                model_name='inboundmessage',
                name='state',
                field=models.CharField(choices=[('complete', 'Complete'), ('incomplete', 'Incomplete: parts are missing')], default='complete', help_text='Incomplete: some parts have not come; the text shows where they are missing.', max_length=10, verbose_name='state'),
            ),
            migrations.AddField(
                model_name='inboundpart',
                name='alphabet',
                field=models.CharField(default='gsm7', max_length=10),
            ),
            migrations.AddField(
                model_name='inboundpart',
                name='data_coding',
                field=models.PositiveSmallIntegerField(default=0),
            ),
            migrations.AddField(
                model_name='inboundpart',
                name='fingerprint',
                field=models.BigIntegerField(null=True),
            ),
            migrations.AddField(
                model_name='inboundpart',
                name='locking_shift',
                field=models.PositiveSmallIntegerField(default=0),
            ),
            migrations.AddField(
                model_name='inboundpart',
                name='octets',
                field=models.BinaryField(default=b''),
            ),
            migrations.AddField(
                model_name='inboundpart',
                name='repeats',
                field=models.PositiveIntegerField(default=0),
            ),
            migrations.AddField(
                model_name='inboundpart',
                name='session_id',
                field=models.BigIntegerField(null=True),
            ),
            migrations.AddField(
                model_name='inboundpart',
                name='single_shift',
                field=models.PositiveSmallIntegerField(default=0),
            ),
            migrations.AddField(
                model_name='inboundpart',
                name='stored_at',
                field=models.DateTimeField(null=True),
            ),
            migrations.AlterField(
                model_name='historicalwebhookendpoint',
                name='event_types',
                field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=messaging.constants.event_type_choices, max_length=40), blank=True, default=list, help_text='Empty: every event.', size=None, verbose_name='events'),
            ),
            migrations.AlterField(
                model_name='webhookendpoint',
                name='event_types',
                field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=messaging.constants.event_type_choices, max_length=40), blank=True, default=list, help_text='Empty: every event.', size=None, verbose_name='events'),
            ),
            migrations.AddIndex(
                model_name='inboundpart',
                index=models.Index(fields=['fingerprint', 'received_at'], name='inbound_part_same'),
            ),
            migrations.AddIndex(
                model_name='inboundpart',
                index=models.Index(condition=models.Q(('reference__isnull', False)), fields=['msisdn', 'reference'], name='inbound_part_assembly'),
            ),
            migrations.AddIndex(
                model_name='inboundpart',
                index=models.Index(condition=models.Q(('message', None)), fields=['received_at'], name='inbound_part_unassembled'),
            ),
            migrations.AddField(
                model_name='acceptedday',
                name='account',
                field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='compliance.account'),
            ),
            migrations.AddConstraint(
                model_name='balance',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('day_limit_micros', None), ('day_limit_micros__gte', 0), _connector='OR'), models.Q(('month_limit_micros', None), ('month_limit_micros__gte', 0), _connector='OR')), name='balance_limits_above_zero'),
            ),
            migrations.AddConstraint(
                model_name='balance',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('mode', 'postpaid'), _negated=True), ('day_limit_micros__isnull', False), ('month_limit_micros__isnull', False), _connector='OR'), name='balance_postpaid_has_limit'),
            ),
            migrations.AddField(
                model_name='charge',
                name='account',
                field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='compliance.account', verbose_name='account'),
            ),
            migrations.AddField(
                model_name='charge',
                name='network',
                field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, to='routing.network', verbose_name='network'),
            ),
            migrations.AddField(
                model_name='charge',
                name='sender',
                field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, to='routing.sender', verbose_name='sender'),
            ),
            migrations.AddField(
                model_name='conversation',
                name='account',
                field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='compliance.account', verbose_name='account'),
            ),
            migrations.AddField(
                model_name='conversation',
                name='advertiser',
                field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='compliance.advertiser', verbose_name='advertiser'),
            ),
            migrations.AddField(
                model_name='conversation',
                name='assignee',
                field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='assigned to'),
            ),
            migrations.AddField(
                model_name='conversation',
                name='sender',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='routing.sender', verbose_name='sender'),
            ),
            migrations.AddField(
                model_name='conversationentry',
                name='account',
                field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='compliance.account'),
            ),
            migrations.AddField(
                model_name='conversationentry',
                name='by',
                field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
            ),
            migrations.AddField(
                model_name='conversationentry',
                name='conversation',
                field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='messaging.conversation'),
            ),
            migrations.AddField(
                model_name='conversationwait',
                name='account',
                field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='compliance.account'),
            ),
            migrations.AddField(
                model_name='conversationwait',
                name='answered_by',
                field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='answered by'),
            ),
            migrations.AddField(
                model_name='conversationwait',
                name='conversation',
                field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='waits', to='messaging.conversation'),
            ),
            migrations.AddField(
                model_name='conversationwait',
                name='sender',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='routing.sender', verbose_name='sender'),
            ),
            migrations.AddField(
                model_name='historicalkeywordrule',
                name='account',
                field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='compliance.account', verbose_name='account'),
            ),
            migrations.AddField(
                model_name='historicalkeywordrule',
                name='history_user',
                field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
            ),
            migrations.AddField(
                model_name='historicalkeywordrule',
                name='sender',
                field=models.ForeignKey(blank=True, db_constraint=False, help_text='Empty: replies to every sender of the account.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='routing.sender', verbose_name='sender'),
            ),
            migrations.AddField(
                model_name='historicalresponserule',
                name='account',
                field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='compliance.account', verbose_name='account'),
            ),
            migrations.AddField(
                model_name='historicalresponserule',
                name='escalate_to',
                field=models.ForeignKey(blank=True, db_constraint=False, help_text='Who is assigned what nobody answered in time. Empty: it is only announced.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='escalate to'),
            ),
            migrations.AddField(
                model_name='historicalresponserule',
                name='history_user',
                field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
            ),
            migrations.AddField(
                model_name='historicalresponserule',
                name='sender',
                field=models.ForeignKey(blank=True, db_constraint=False, help_text='Empty: every sender without a rule of its own.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='routing.sender', verbose_name='sender'),
            ),
            migrations.AddField(
                model_name='historicalshieldrule',
                name='account',
                field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='compliance.account', verbose_name='account'),
            ),
            migrations.AddField(
                model_name='historicalshieldrule',
                name='history_user',
                field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
            ),
            migrations.AddField(
                model_name='historicalverificationservice',
                name='account',
                field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='compliance.account', verbose_name='account'),
            ),
            migrations.AddField(
                model_name='historicalverificationservice',
                name='history_user',
                field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
            ),
            migrations.AddField(
                model_name='historicalverificationservice',
                name='sender',
                field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='routing.sender', verbose_name='sender'),
            ),
            migrations.AddField(
                model_name='keywordhit',
                name='account',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='compliance.account', verbose_name='account'),
            ),
            migrations.AddField(
                model_name='keywordhit',
                name='message',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='keyword_hits', to='messaging.inboundmessage', verbose_name='reply'),
            ),
            migrations.AddField(
                model_name='keywordhit',
                name='sender',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='routing.sender', verbose_name='sender'),
            ),
            migrations.AddField(
                model_name='keywordquestion',
                name='account',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='compliance.account', verbose_name='account'),
            ),
            migrations.AddField(
                model_name='keywordquestion',
                name='message',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='questions', to='messaging.inboundmessage', verbose_name='reply'),
            ),
            migrations.AddField(
                model_name='keywordquestion',
                name='sender',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='routing.sender', verbose_name='sender'),
            ),
            migrations.AddField(
                model_name='keywordhit',
                name='question',
                field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='hits', to='messaging.keywordquestion', verbose_name='question'),
            ),
            migrations.AddField(
                model_name='keywordrule',
                name='account',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='keyword_rules', to='compliance.account', verbose_name='account'),
            ),
            migrations.AddField(
                model_name='keywordrule',
                name='sender',
                field=models.ForeignKey(blank=True, help_text='Empty: replies to every sender of the account.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='keyword_rules', to='routing.sender', verbose_name='sender'),
            ),
            migrations.AddField(
                model_name='keywordquestion',
                name='rule',
                field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='questions', to='messaging.keywordrule', verbose_name='rule'),
            ),
            migrations.AddField(
                model_name='keywordhit',
                name='rule',
                field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='hits', to='messaging.keywordrule', verbose_name='rule'),
            ),
            migrations.AddField(
                model_name='ledgerentry',
                name='account',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='compliance.account', verbose_name='account'),
            ),
            migrations.AddField(
                model_name='ledgerentry',
                name='person',
                field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
            ),
            migrations.AddField(
                model_name='moneydelta',
                name='account',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, to='compliance.account'),
            ),
            migrations.AddField(
                model_name='responserule',
                name='account',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='compliance.account', verbose_name='account'),
            ),
            migrations.AddField(
                model_name='responserule',
                name='escalate_to',
                field=models.ForeignKey(blank=True, help_text='Who is assigned what nobody answered in time. Empty: it is only announced.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='escalate to'),
            ),
            migrations.AddField(
                model_name='responserule',
                name='sender',
                field=models.ForeignKey(blank=True, help_text='Empty: every sender without a rule of its own.', null=True, on_delete=django.db.models.deletion.PROTECT, to='routing.sender', verbose_name='sender'),
            ),
            migrations.AddField(
                model_name='shieldrule',
                name='account',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='compliance.account', verbose_name='account'),
            ),
            migrations.AddField(
                model_name='unroutedreply',
                name='decided_by',
                field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
            ),
            migrations.AddField(
                model_name='verification',
                name='account',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='compliance.account', verbose_name='account'),
            ),
            migrations.AddField(
                model_name='verification',
                name='network',
                field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='routing.network', verbose_name='network'),
            ),
            migrations.AddField(
                model_name='verificationcheck',
                name='verification',
                field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tried', to='messaging.verification'),
            ),
            migrations.AddField(
                model_name='verificationhold',
                name='account',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='compliance.account', verbose_name='account'),
            ),
            migrations.AddField(
                model_name='verificationhold',
                name='ended_by',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='lifted by'),
            ),
            migrations.AddField(
                model_name='verificationhold',
                name='placed_by',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='placed by'),
            ),
            migrations.AddField(
                model_name='verificationoverride',
                name='account',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='compliance.account', verbose_name='account'),
            ),
            migrations.AddField(
                model_name='verificationoverride',
                name='created_by',
                field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by'),
            ),
            migrations.AddField(
                model_name='verificationoverride',
                name='ended_by',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ended by'),
            ),
            migrations.AddField(
                model_name='verificationsend',
                name='verification',
                field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sent', to='messaging.verification'),
            ),
            migrations.AddField(
                model_name='verificationservice',
                name='account',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='verification_services', to='compliance.account', verbose_name='account'),
            ),
            migrations.AddField(
                model_name='verificationservice',
                name='sender',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='routing.sender', verbose_name='sender'),
            ),
            migrations.AddField(
                model_name='verificationoverride',
                name='service',
                field=models.ForeignKey(blank=True, help_text='None: every service of the account.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='overrides', to='messaging.verificationservice', verbose_name='service'),
            ),
            migrations.AddField(
                model_name='verificationhold',
                name='service',
                field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='holds', to='messaging.verificationservice', verbose_name='service'),
            ),
            migrations.AddField(
                model_name='verification',
                name='service',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='messaging.verificationservice', verbose_name='service'),
            ),
            migrations.AddField(
                model_name='shieldrule',
                name='service',
                field=models.ForeignKey(blank=True, help_text='None: every service of the account.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='shield_rules', to='messaging.verificationservice', verbose_name='service'),
            ),
            migrations.AddField(
                model_name='historicalshieldrule',
                name='service',
                field=models.ForeignKey(blank=True, db_constraint=False, help_text='None: every service of the account.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='messaging.verificationservice', verbose_name='service'),
            ),
            migrations.AddField(
                model_name='verificationstat',
                name='account',
                field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='compliance.account'),
            ),
            migrations.AddField(
                model_name='verificationstat',
                name='service',
                field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='messaging.verificationservice'),
            ),
            migrations.AddField(
                model_name='verificationtext',
                name='service',
                field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='texts', to='messaging.verificationservice', verbose_name='service'),
            ),
            migrations.AddField(
                model_name='verificationtext',
                name='template',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='messaging.template', verbose_name='template'),
            ),
            migrations.AddConstraint(
                model_name='charge',
                constraint=models.UniqueConstraint(fields=('account', 'day', 'network', 'sender', 'message_class'), name='charge_one_line', nulls_distinct=False),
            ),
            migrations.AddIndex(
                model_name='conversation',
                index=models.Index(fields=['account', '-last_at', '-id'], name='conversation_latest'),
            ),
            migrations.AddIndex(
                model_name='conversation',
                index=models.Index(condition=models.Q(('state', 'closed')), fields=['account', '-last_at', '-id'], name='conversation_closed'),
            ),
            migrations.AddIndex(
                model_name='conversation',
                index=models.Index(condition=models.Q(('state', 'open')), fields=['account', '-last_at', '-id'], name='conversation_open'),
            ),
            migrations.AddIndex(
                model_name='conversation',
                index=models.Index(condition=models.Q(('waiting_since__isnull', False)), fields=['account', 'waiting_since', 'id'], name='conversation_waiting'),
            ),
            migrations.AddIndex(
                model_name='conversation',
                index=models.Index(condition=models.Q(('assignee__isnull', False)), fields=['assignee', '-last_at'], name='conversation_assigned'),
            ),
            migrations.AddIndex(
                model_name='conversation',
                index=models.Index(condition=models.Q(('due_at__isnull', False), ('escalated_at', None)), fields=['due_at'], name='conversation_due'),
            ),
            migrations.AddConstraint(
                model_name='conversation',
                constraint=models.UniqueConstraint(fields=('account', 'msisdn', 'advertiser'), name='conversation_of_number'),
            ),
            migrations.AddIndex(
                model_name='conversationentry',
                index=models.Index(fields=['conversation', '-at', '-id'], name='conversation_entries'),
            ),
            migrations.AddConstraint(
                model_name='conversationentry',
                constraint=models.UniqueConstraint(condition=models.Q(('token', ''), _negated=True), fields=('conversation', 'token'), name='conversation_answer_once'),
            ),
            migrations.AddIndex(
                model_name='conversationwait',
                index=models.Index(fields=['account', 'started_at'], name='wait_by_account'),
            ),
            migrations.AddConstraint(
                model_name='conversationwait',
                constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('conversation',), name='conversation_waits_once'),
            ),
            migrations.AddIndex(
                model_name='keywordrule',
                index=models.Index(fields=['account', 'version'], name='keyword_rule_version'),
            ),
            migrations.AddConstraint(
                model_name='keywordrule',
                constraint=models.UniqueConstraint(models.F('account'), django.db.models.functions.text.Lower('name'), name='keyword_rule_name_unique'),
            ),
            migrations.AddConstraint(
                model_name='keywordrule',
                constraint=models.CheckConstraint(condition=models.Q(('valid_from', None), ('valid_until', None), ('valid_from__lt', models.F('valid_until')), _connector='OR'), name='keyword_rule_valid_in_order'),
            ),
            migrations.AddIndex(
                model_name='keywordquestion',
                index=models.Index(condition=models.Q(('state', 'waiting')), fields=['due_at'], name='keyword_question_due'),
            ),
            migrations.AddIndex(
                model_name='keywordquestion',
                index=models.Index(fields=['account', '-id'], name='keyword_question_account'),
            ),
            migrations.AddConstraint(
                model_name='keywordquestion',
                constraint=models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('sender', 'msisdn'), name='keyword_question_one_waits'),
            ),
            migrations.AddIndex(
                model_name='keywordhit',
                index=models.Index(fields=['rule', '-created_at'], name='keyword_hit_of_rule'),
            ),
            migrations.AddIndex(
                model_name='keywordhit',
                index=models.Index(fields=['account', '-id'], name='keyword_hit_of_account'),
            ),
            migrations.AddIndex(
                model_name='keywordhit',
                index=models.Index(fields=['account', 'msisdn', '-created_at'], name='keyword_hit_number'),
            ),
            migrations.AddIndex(
                model_name='keywordhit',
                index=models.Index(condition=models.Q(('failures__gt', 0)), fields=['account', '-created_at'], name='keyword_hit_failed'),
            ),
            migrations.AddConstraint(
                model_name='keywordhit',
                constraint=models.UniqueConstraint(condition=models.Q(('rule__isnull', False), models.Q(('outcome', 'timed_out'), _negated=True)), fields=('message', 'rule', 'outcome', 'question'), name='keyword_hit_once_per_reply', nulls_distinct=False),
            ),
            migrations.AddIndex(
                model_name='ledgerentry',
                index=models.Index(fields=['account', '-id'], name='ledger_by_account'),
            ),
            migrations.AddConstraint(
                model_name='ledgerentry',
                constraint=models.UniqueConstraint(condition=models.Q(('kind', 'charges')), fields=('account', 'day'), name='ledger_day_once'),
            ),
            migrations.AddConstraint(
                model_name='ledgerentry',
                constraint=models.UniqueConstraint(condition=models.Q(('reference', ''), _negated=True), fields=('account', 'kind', 'reference'), name='ledger_reference_once'),
            ),
            migrations.AddConstraint(
                model_name='ledgerentry',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount_micros__gt', 0), ('day', None), ('kind', 'top_up')), models.Q(('day', None), ('kind', 'adjustment'), models.Q(('reason', ''), _negated=True), models.Q(('amount_micros', 0), _negated=True)), models.Q(('day__isnull', False), ('kind', 'charges'), ('person', None)), _connector='OR'), name='ledger_kind_fits'),
            ),
            migrations.AddConstraint(
                model_name='responserule',
                constraint=models.UniqueConstraint(fields=('account', 'sender'), name='response_rule_once', nulls_distinct=False),
            ),
            migrations.AddIndex(
                model_name='unroutedreply',
                index=models.Index(condition=models.Q(('state', 'waiting')), fields=['message'], name='unrouted_waiting'),
            ),
            migrations.AddConstraint(
                model_name='verificationcheck',
                constraint=models.UniqueConstraint(fields=('verification', 'number'), name='verification_check_once'),
            ),
            migrations.AddConstraint(
                model_name='verificationsend',
                constraint=models.UniqueConstraint(fields=('verification', 'number'), name='verification_send_once'),
            ),
            migrations.AddConstraint(
                model_name='verificationservice',
                constraint=models.UniqueConstraint(fields=('account', 'slug'), name='verification_service_slug_unique', violation_error_message='The account has a service of this short name already.'),
            ),
            migrations.AddConstraint(
                model_name='verificationhold',
                constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('service', 'country', 'prefix'), name='verification_hold_once'),
            ),
            migrations.AddIndex(
                model_name='verification',
                index=models.Index(fields=['account', '-id'], name='verification_newest'),
            ),
            migrations.AddIndex(
                model_name='verification',
                index=models.Index(fields=['service', 'id'], name='verification_of_service'),
            ),
            migrations.AddIndex(
                model_name='verification',
                index=models.Index(fields=['account', 'msisdn', '-id'], name='verification_of_number'),
            ),
            migrations.AddIndex(
                model_name='verification',
                index=models.Index(fields=['account', 'ip', 'created_at'], name='verification_of_ip'),
            ),
            migrations.AddIndex(
                model_name='verification',
                index=models.Index(condition=models.Q(('device', ''), _negated=True), fields=['account', 'device', 'created_at'], name='verification_of_device'),
            ),
            migrations.AddIndex(
                model_name='verification',
                index=models.Index(condition=models.Q(('status', 'pending')), fields=['expires_at'], name='verification_pending'),
            ),
            migrations.AddConstraint(
                model_name='verification',
                constraint=models.UniqueConstraint(condition=models.Q(('client_reference', ''), _negated=True), fields=('account', 'client_reference'), name='verification_reference_unique'),
            ),
            migrations.AddConstraint(
                model_name='shieldrule',
                constraint=models.UniqueConstraint(fields=('account', 'service', 'country'), name='shield_rule_once', nulls_distinct=False, violation_error_message='There is a rule for this service and country already.'),
            ),
            migrations.AddIndex(
                model_name='verificationstat',
                index=models.Index(fields=['account', 'hour'], name='verification_stat_by_hour'),
            ),
            migrations.AddConstraint(
                model_name='verificationtext',
                constraint=models.UniqueConstraint(fields=('service', 'locale', 'template'), name='verification_text_once'),
            ),
        ]),
        migrations.RunSQL(FORWARDS, BACKWARDS),
        migrations.RunSQL(MONEY, NO_MONEY),
    ]
