"""Connection and TLS."""

from django.utils.translation import gettext_lazy as _

from carriers.options.values import NUMBER, SECRET, Group, Option

CONNECTION = Group(
    "connection",
    _("Connection"),
    _(
        "Where the operator's SMSC listens and who we are there: it stands on every technical sheet."
    ),
    (
        Option("host", _("Name or IP address of the SMSC.")),
        Option(
            "port",
            _("TCP port of the SMSC."),
            _("2775 is usual without TLS, 3550 with it."),
            NUMBER,
        ),
        Option(
            "bind_type",
            _("Transceiver sends and receives over one session."),
            _(
                "Where the operator gives two logins or two ports, make two binds: a transmitter"
                " and a receiver. Receipts find their messages over both."
            ),
        ),
        Option("system_id", _("The login name, at most 15 characters.")),
        Option(
            "password",
            _(
                "Stored encrypted and never shown; empty keeps the present one. SMPP 3.4 allows"
                " 8 characters, some SMSCs take 16."
            ),
            unit=SECRET,
        ),
        Option(
            "system_type",
            _("A word that tells the SMSC what kind of system binds."),
            _("Leave it empty unless the sheet names one, such as VMA or SMPP."),
        ),
        Option(
            "interface_version",
            _("The version of SMPP that the bind claims."),
            _("Only where the SMSC refuses 3.4. With 3.3 no optional parameters are sent."),
        ),
        Option(
            "local_address",
            _("The IP address of this machine from which the connection is made."),
            _("Where the operator allows one address and the machine has several."),
        ),
        Option(
            "addr_ton",
            _("Type of number of the range below, in the bind itself."),
            _("Only where the sheet names it."),
            NUMBER,
        ),
        Option(
            "addr_npi",
            _("Numbering plan of the range below, in the bind itself."),
            _("Only where the sheet names it."),
            NUMBER,
        ),
        Option(
            "address_range",
            _("The numbers whose replies this bind takes, as the SMSC writes them."),
            _("Receivers at some SMSCs, such as ^53849."),
        ),
    ),
)

TLS = Group(
    "tls",
    _("TLS"),
    _("Encryption of the connection. Without it, password and texts cross the network readable."),
    (
        Option("use_tls", _("Encrypt the connection."), _("Whenever the operator offers it.")),
        Option(
            "tls_verify",
            _("Refuse an SMSC whose certificate is not valid for its name."),
            _("Never off in production: give the operator's own authority below instead."),
        ),
        Option(
            "tls_server_name",
            _("The name that the SMSC's certificate must carry."),
            _("Where you connect to an IP address, or by another name. Empty: the host."),
        ),
        Option(
            "tls_ca_bundle",
            _("Certificates (PEM) of the authorities that may have signed the SMSC's."),
            _("Where the operator signs its own. Empty: the usual public authorities."),
        ),
        Option(
            "tls_certificate",
            _("Our certificate (PEM), with its chain, where the SMSC asks for one."),
            _("An alarm begins 30 days before it ends."),
        ),
        Option(
            "tls_key",
            _(
                "The private key (PEM, without pass phrase) of the certificate. Stored encrypted"
                " and never shown; empty keeps the present one."
            ),
            unit=SECRET,
        ),
    ),
)
