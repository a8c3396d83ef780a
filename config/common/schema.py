"""Making and changing many tables in one migration without rendering the models after each."""

from collections.abc import Sequence

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class ChangeModels(Operation):
    """Operations on models as one operation; they may refer to each other in any order.

    Django renders every model that hangs together with a changed one again, which for a hundred
    models that all lead to the user costs a hundred times a hundred renderings. Here the state
    takes all operations unrendered, and the models are rendered once when the first table is
    touched. Foreign keys become constraints at the end of the migration, as without it.

    Each goes from the state before all of them to the state after all of them, so a table that is
    made here has at once what later operations of the list would add to it: those are left out.
    An operation that needs a state in between (RunPython, or a second change of one field) stands
    after it.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        if "apps" in vars(state):  # a cached property: to ask for it would render it
            del state.apps
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for operation in self._done():
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for operation in reversed(self._done()):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"{len(self.operations)} changes of models"

    def _done(self) -> list[Operation]:
        made = {one.name_lower for one in self.operations if isinstance(one, CreateModel)}
        return [
            one
            for one in self.operations
            if not (
                isinstance(one, AddConstraint | AddField | AddIndex)
                and one.model_name_lower in made
            )
        ]


class CreateModels(ChangeModels):
    """The same of CreateModel alone."""

    def describe(self) -> str:
        return f"Create {len(self.operations)} models"
