"""Open this when ``as_one`` fails in machine code: a named tuple of arrays as the address of its values."""

from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core import cgutils
from numba.core.imputils import impl_ret_borrowed
from numba.core.typing.templates import AttributeTemplate
from numba.extending import infer_getattr, intrinsic, lower_getattr_generic, models, register_model

_NUMBER = ir.IntType(32)


class Lent(types.Type):
    """The address of a named tuple that lies in the frame of the function that lent it."""

    def __init__(self, many: Any) -> None:
        self.many = many
        super().__init__(name=f"Lent({many})")


@register_model(Lent)
class _Address(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Lent) -> None:
        super().__init__(manager, kind, manager.lookup(kind.many).get_value_type().as_pointer())  # type: ignore[no-untyped-call]


@intrinsic
def as_one(typing: Any, many: Any) -> Any:
    """``as_one.as_one``."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return cgutils.alloca_once_value(builder, args[0])  # type: ignore[no-untyped-call]

    return Lent(many)(many), generate


@infer_getattr
class _Fields(AttributeTemplate):
    key = Lent

    def generic_resolve(self, kind: Lent, name: str) -> Any:  # type: ignore[override]
        """The type of a field."""
        return kind.many.types[kind.many.fields.index(name)] if name in kind.many.fields else None


@lower_getattr_generic(Lent)  # type: ignore[no-untyped-call,untyped-decorator]
def _field(context: Any, builder: Any, kind: Lent, address: Any, name: str) -> Any:
    at = kind.many.fields.index(name)
    value = builder.load(builder.gep(address, [ir.Constant(_NUMBER, 0), ir.Constant(_NUMBER, at)]))
    return impl_ret_borrowed(context, builder, kind.many.types[at], value)  # type: ignore[no-untyped-call]
