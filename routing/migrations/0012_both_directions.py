import django.db.models.deletion
import routing.constants
from config.common.schema import ChangeModels
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('carriers', '0015_both_directions'),
        ('compliance', '0017_both_directions'),
        ('routing', '0001_squashed_0011_resting_orders'),
    ]

    operations = [
        ChangeModels([
            migrations.AddField(
                model_name='historicalrate',
                name='charges_rejected',
                field=models.BooleanField(default=False, help_text="A message that the carrier's SMSC refused costs as if it had been taken.", verbose_name='refused by the carrier is charged'),
            ),
            migrations.AddField(
                model_name='historicalrate',
                name='charges_undelivered',
                field=models.BooleanField(default=True, help_text='Off: where a receipt says that it did not arrive, its price is given back.', verbose_name='undelivered is charged'),
            ),
            migrations.AddField(
                model_name='historicalrate',
                name='charges_unknown',
                field=models.BooleanField(default=True, help_text='Off: where no receipt ever came, its price is given back.', verbose_name='unknown is charged'),
            ),
            migrations.AddField(
                model_name='historicalrate',
                name='sender',
                field=models.ForeignKey(blank=True, db_constraint=False, help_text="Set: the price of an account's messages from this sender alone.", null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='routing.sender', verbose_name='sender'),
            ),
            migrations.AddField(
                model_name='priceline',
                name='sender',
                field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, to='routing.sender', verbose_name='sender'),
            ),
            migrations.AddField(
                model_name='pricelist',
                name='charges_rejected',
                field=models.BooleanField(default=False, help_text="A message that the carrier's SMSC refused costs as if it had been taken.", verbose_name='refused by the carrier is charged'),
            ),
            migrations.AddField(
                model_name='pricelist',
                name='charges_undelivered',
                field=models.BooleanField(default=True, help_text='Off: where a receipt says that it did not arrive, its price is given back.', verbose_name='undelivered is charged'),
            ),
            migrations.AddField(
                model_name='pricelist',
                name='charges_unknown',
                field=models.BooleanField(default=True, help_text='Off: where no receipt ever came, its price is given back.', verbose_name='unknown is charged'),
            ),
            migrations.AddField(
                model_name='rate',
                name='charges_rejected',
                field=models.BooleanField(default=False, help_text="A message that the carrier's SMSC refused costs as if it had been taken.", verbose_name='refused by the carrier is charged'),
            ),
            migrations.AddField(
                model_name='rate',
                name='charges_undelivered',
                field=models.BooleanField(default=True, help_text='Off: where a receipt says that it did not arrive, its price is given back.', verbose_name='undelivered is charged'),
            ),
            migrations.AddField(
                model_name='rate',
                name='charges_unknown',
                field=models.BooleanField(default=True, help_text='Off: where no receipt ever came, its price is given back.', verbose_name='unknown is charged'),
            ),
            migrations.AddField(
                model_name='rate',
                name='sender',
                field=models.ForeignKey(blank=True, help_text="Set: the price of an account's messages from this sender alone.", null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='routing.sender', verbose_name='sender'),
            ),
            migrations.AlterField(
                model_name='platformevent',
                name='type',
                field=models.CharField(choices=routing.constants.platform_event_type_choices, max_length=40, verbose_name='type'),
            ),
            migrations.AddConstraint(
                model_name='rate',
                constraint=models.CheckConstraint(condition=models.Q(('sender', None), models.Q(('account__isnull', False), ('carrier', None)), _connector='OR'), name='rate_sender_has_account'),
            ),
        ]),
    ]
