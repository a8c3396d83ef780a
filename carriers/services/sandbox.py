"""The sandbox: a carrier of the platform's own, whose binds lead to the bundled simulator alone."""

from django.conf import settings
from django.db import transaction

from carriers.models import Bind, Carrier
from carriers.services.binds import bind_save
from carriers.simulator.operators import SANDBOX, default_profiles


@transaction.atomic
def sandbox_ensure() -> Carrier:
    """The carrier that takes messages of test keys, with a bind to the simulator's operator of
    that name; made where there is none yet, else its bind follows the port."""
    profile = default_profiles(settings.SIMULATOR_PORT)[SANDBOX]
    carrier, _is_new = Carrier.objects.get_or_create(
        is_sandbox=True, defaults={"code": SANDBOX, "name": profile.title}
    )
    bind = Bind.objects.filter(carrier=carrier).order_by("pk").first()
    values = {
        "carrier": carrier,
        "host": settings.SANDBOX_HOST,
        "port": profile.port,
        "system_id": profile.accounts[0].system_id,
        "password": profile.accounts[0].password,
    }
    if bind is None:
        values |= {
            "name": "sandbox-1",
            "window": 50,
            "response_id_form": profile.response_id.bind_form,
            "receipt_id_form": profile.receipt_id.bind_form,
            # Whoever tests a missing receipt does not wait for days.
            "receipt_grace_seconds": 60,
            "response_timer_seconds": 10.0,
        }
    bind_save(bind, values, None)
    return carrier
