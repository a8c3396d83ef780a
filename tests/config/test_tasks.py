from celery import current_app
from django.conf import settings

from config.management.programs import processes

current_app.loader.import_default_modules()


def test_every_route_and_every_periodic_entry_names_a_task():
    named = set(settings.CELERY_TASK_ROUTES)
    named |= {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert named <= set(current_app.tasks)


def test_every_queue_has_a_worker(tmp_path):
    served = set()
    for program in processes(tmp_path, {"PORT": "1", "SIMULATOR_PORT": "2"}).values():
        command = list(program.command)
        if "-Q" in command:
            served |= set(command[command.index("-Q") + 1].split(","))
    used = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    assert used | {settings.CELERY_TASK_DEFAULT_QUEUE} <= served
