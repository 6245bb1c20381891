"""Open this when a processor of another kind reads differently: ``cut_blocks`` in the processor's wide registers.

Numba makes machine code of loops byte by byte; for all bytes of a block at once LLVM has to be told so.
"""

from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.extending import intrinsic

from mappings.formats.cut_blocks import BLOCK, WORD

_BYTE, _PLACE, _BITS = ir.IntType(8), ir.IntType(32), ir.IntType(BLOCK)
_BYTES, _PLACES = ir.VectorType(_BYTE, BLOCK), ir.VectorType(_PLACE, BLOCK)
_WORD_BYTES = ir.VectorType(_BYTE, WORD)
_FIRST_CONTROL_BEHIND = 32
_FIRST_DIGIT, _DIGITS = 48, 10


def _load(context: Any, builder: Any, array_type: Any, array: Any, at: Any, many: Any = _BYTES) -> Any:
    """So many bytes of an array of bytes from here on."""
    data = context.make_array(array_type)(context, builder, array).data
    return builder.load(builder.bitcast(builder.gep(data, [at]), many.as_pointer()), align=1)


def _everywhere(builder: Any, number: Any) -> Any:
    """A block of this byte."""
    one = builder.insert_element(
        ir.Constant(_BYTES, ir.Undefined), builder.trunc(number, _BYTE), ir.Constant(_PLACE, 0)
    )
    return builder.shuffle_vector(one, ir.Constant(_BYTES, ir.Undefined), ir.Constant(_PLACES, [0] * BLOCK))


@intrinsic
def sure(typing: Any, at: Any) -> Any:
    """``cut_blocks.sure``: numba asks of a place without a sign no more than that it is one."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return context.cast(builder, args[0], signature.args[0], types.uint64)

    return types.uint64(at), generate


@intrinsic
def digits_in(typing: Any, buffer: Any, at: Any) -> Any:
    """``cut_blocks.digits_in``."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        block = _load(context, builder, signature.args[0], args[0], args[1], _WORD_BYTES)
        digits = builder.sub(block, ir.Constant(_WORD_BYTES, [_FIRST_DIGIT] * WORD))
        found = builder.icmp_unsigned("<", digits, ir.Constant(_WORD_BYTES, [_DIGITS] * WORD))
        return builder.zext(builder.bitcast(found, ir.IntType(WORD)), _BITS)

    return types.int64(buffer, types.int64), generate


@intrinsic
def word_at(typing: Any, buffer: Any, at: Any) -> Any:
    """``cut_blocks.word_at``, by machines that keep a number's last byte first."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bswap(_load(context, builder, signature.args[0], args[0], args[1], _BITS))

    return types.int64(buffer, types.int64), generate


@intrinsic
def delimiters_in(typing: Any, buffer: Any, at: Any, a: Any, b: Any, c: Any, d: Any, e: Any) -> Any:
    """``cut_blocks.delimiters_in``."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        array, at, *wanted = args
        block = _load(context, builder, signature.args[0], array, at)
        found = builder.icmp_unsigned("<", block, ir.Constant(_BYTES, [_FIRST_CONTROL_BEHIND] * BLOCK))
        for one in wanted:
            found = builder.or_(found, builder.icmp_unsigned("==", block, _everywhere(builder, one)))
        return builder.bitcast(found, _BITS)

    return types.int64(buffer, *[types.int64] * 6), generate


@intrinsic
def letters_in(typing: Any, buffer: Any, at: Any, a: Any, b: Any, c: Any) -> Any:
    """``cut_blocks.letters_in``."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        array, at, *letters = args
        found = ir.Constant(ir.VectorType(ir.IntType(1), BLOCK), [1] * BLOCK)
        for place, letter in enumerate(letters):
            further = builder.add(at, ir.Constant(at.type, place))
            block = _load(context, builder, signature.args[0], array, further)
            found = builder.and_(found, builder.icmp_unsigned("==", block, _everywhere(builder, letter)))
        return builder.bitcast(found, _BITS)

    return types.int64(buffer, *[types.int64] * 4), generate


@intrinsic
def copy_block(typing: Any, buffer: Any, at: Any, into: Any, to: Any) -> Any:
    """``cut_blocks.copy_block``."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        source, at, target, to = args
        block = _load(context, builder, signature.args[0], source, at)
        data = context.make_array(signature.args[2])(context, builder, target).data
        builder.store(block, builder.bitcast(builder.gep(data, [to]), _BYTES.as_pointer()), align=1)
        return ir.Constant(_BITS, BLOCK)

    return types.int64(buffer, types.int64, into, types.int64), generate


@intrinsic
def lowest(typing: Any, bits: Any) -> Any:
    """``cut_blocks.lowest``."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.int64), generate
