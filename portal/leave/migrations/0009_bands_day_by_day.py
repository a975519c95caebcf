from django.db import migrations, models


def keep_bands(apps, schema_editor):
    """A band known so far held for the whole leave."""
    requests = apps.get_model('leave', 'LeaveRequest')
    for row in requests.objects.exclude(pay_band='').only('id', 'first_day', 'pay_band').iterator():
        requests.objects.filter(pk=row.pk).update(pay_bands=[[row.first_day.isoformat(), row.pay_band]])


def keep_the_first(apps, schema_editor):
    """The way back knows one band for a leave."""
    requests = apps.get_model('leave', 'LeaveRequest')
    for row in requests.objects.exclude(pay_bands=[]).only('id', 'pay_bands').iterator():
        requests.objects.filter(pk=row.pk).update(pay_band=row.pay_bands[0][1])


class Migration(migrations.Migration):

    dependencies = [
        ('leave', '0008_issuers_within_a_sentence'),
    ]

    operations = [
        migrations.AddField(
            model_name='leaverequest',
            name='pay_bands',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.RunPython(keep_bands, keep_the_first),
        migrations.RemoveField(
            model_name='leaverequest',
            name='pay_band',
        ),
    ]
