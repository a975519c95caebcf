from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('leave', '0004_counted_anew'),
    ]

    operations = [
        migrations.AlterField(
            model_name='calendaraddress',
            name='kind',
            field=models.CharField(choices=[('OWN', 'My own leave'), ('UNDER_ME', 'Who of my direct reports is away')], max_length=8),
        ),
    ]
