from django.db import migrations, models


def replace_what_does_not_stand(apps, schema_editor):
    """Keep every paper that was no longer valid as it was."""
    attestation = apps.get_model("leave", "Attestation")
    attestation.objects.filter(stands=False).update(replaced=True)


class Migration(migrations.Migration):

    dependencies = [
        ('leave', '0006_joint_leave_taken_off'),
    ]

    operations = [
        migrations.AddField(
            model_name='attestation',
            name='replaced',
            field=models.BooleanField(default=False),
        ),
        migrations.RunPython(replace_what_does_not_stand, migrations.RunPython.noop),
    ]
