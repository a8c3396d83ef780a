"""The options of a bind over HTTP. What each means is said in `carriers.options`."""

import secrets
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from carriers.constants import BindKind, HttpAuthentication, HttpFormat, HttpMethod, SignatureForm
from config.common.secrets import EncryptedTextField

_TOKEN_OCTETS = 24
_SECONDS = [MinValueValidator(0.5), MaxValueValidator(60)]


class HttpCarrierOptions(models.Model):
    """How a carrier without SMPP is asked to send, and how it reports."""

    http_url = models.CharField(_("address"), max_length=500, blank=True)
    http_method = models.CharField(
        _("method"), max_length=4, choices=HttpMethod.choices, default=HttpMethod.POST
    )
    http_headers = models.JSONField(_("headers"), default=dict, blank=True)
    http_format = models.CharField(
        _("body format"), max_length=4, choices=HttpFormat.choices, default=HttpFormat.JSON
    )
    http_body = models.JSONField(_("body"), default=dict, blank=True)
    http_authentication = models.CharField(
        _("authentication"),
        max_length=8,
        choices=HttpAuthentication.choices,
        default=HttpAuthentication.BEARER,
    )
    http_authentication_name = models.CharField(_("user or header"), max_length=120, blank=True)
    http_secret = EncryptedTextField(_("token or password"), blank=True)
    http_connect_seconds = models.FloatField(_("connection timer"), default=5, validators=_SECONDS)
    http_success_path = models.CharField(_("success at"), max_length=120, blank=True)
    http_success_values = ArrayField(
        models.CharField(max_length=60), verbose_name=_("success values"), default=list, blank=True
    )
    http_id_path = models.CharField(_("message id at"), max_length=120, blank=True)
    http_error_path = models.CharField(_("error code at"), max_length=120, blank=True)
    http_error_classes = models.JSONField(_("error classes"), default=dict, blank=True)

    http_token = EncryptedTextField(_("webhook token"), blank=True)
    http_signature_header = models.CharField(_("signature header"), max_length=120, blank=True)
    http_signature_form = models.CharField(
        _("signature form"),
        max_length=6,
        choices=SignatureForm.choices,
        default=SignatureForm.HEX,
    )
    http_signature_secret = EncryptedTextField(_("signature secret"), blank=True)
    http_networks = ArrayField(
        models.CharField(max_length=49),
        verbose_name=_("allowed networks"),
        default=list,
        blank=True,
    )
    http_receipt_map = models.JSONField(_("fields of receipts"), default=dict, blank=True)
    http_reply_map = models.JSONField(_("fields of replies"), default=dict, blank=True)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A bind over HTTP has a token from the first day: the addresses of its webhooks hold it."""
        if getattr(self, "kind", "") == BindKind.HTTP and not self.http_token:
            self.http_token = secrets.token_urlsafe(_TOKEN_OCTETS)
            fields = kwargs.get("update_fields")
            if fields is not None:
                kwargs["update_fields"] = {*fields, "http_token"}
        super().save(*args, **kwargs)
