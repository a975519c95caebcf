from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('leave', '0005_feeds_by_the_glossary'),
    ]

    operations = [
        migrations.AlterField(
            model_name='ledgerentry',
            name='kind',
            field=models.CharField(choices=[('GRANT', 'Granted for the year'), ('CARRY', 'Carried over'), ('DEFER_CARRY', 'Carried over because it was deferred'), ('JOINT_CREDIT', 'For joint leave that was worked'), ('JOINT_LEAVE', 'Taken off for joint leave'), ('EXPIRE', 'Expired'), ('RESERVE', 'Reserved'), ('RELEASE', 'Released'), ('CONSUME', 'Taken'), ('REVERSE', 'Given back'), ('ADJUST', 'Corrected')], max_length=12),
        ),
    ]
