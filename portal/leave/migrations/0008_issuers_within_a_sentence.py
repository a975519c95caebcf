from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('leave', '0007_papers_until_replaced'),
    ]

    operations = [
        migrations.AlterField(
            model_name='attestation',
            name='issuer',
            field=models.CharField(blank=True, choices=[('DOCTOR', 'licensed doctor'), ('GOVERNMENT', 'government doctor'), ('BOARD', 'health examination board'), ('MIDWIFE', 'midwife')], default='', max_length=10),
        ),
    ]
