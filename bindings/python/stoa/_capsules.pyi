"""Capsules with the structs of Arrow's C interface and of DLPack (bindings/python/capsules.c)."""

def give(address: int, name: str, /) -> object: ...
def address(capsule: object, name: str, /) -> int: ...
def tensor(
    owner: object,
    address: int,
    code: int,
    bits: int,
    shape: tuple[int, ...],
    strides: tuple[int, ...],
    flags: int,
    is_versioned: bool,
    /,
) -> object: ...
