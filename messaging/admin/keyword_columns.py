"""What the pages of matches and of questions show alike."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from messaging.admin.labels import change_page, link


class RuleColumn:
    """The rule that a row is of; its name stays where the rule is gone."""

    @display(description=_("rule"))
    def rule_shown(self, obj: Any) -> Any:
        if obj.rule is None:
            return gettext("%(name)s (deleted)") % {"name": obj.rule_name}
        return link(obj.rule_name, change_page("messaging.keywordrule", obj.rule_id))
