from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CompareRequest(_message.Message):
    __slots__ = ("texts", "pairs")
    TEXTS_FIELD_NUMBER: _ClassVar[int]
    PAIRS_FIELD_NUMBER: _ClassVar[int]
    texts: _containers.RepeatedScalarFieldContainer[str]
    pairs: _containers.RepeatedCompositeFieldContainer[Pair]
    def __init__(self, texts: _Optional[_Iterable[str]] = ..., pairs: _Optional[_Iterable[_Union[Pair, _Mapping]]] = ...) -> None: ...

class Pair(_message.Message):
    __slots__ = ("claim", "sentences")
    CLAIM_FIELD_NUMBER: _ClassVar[int]
    SENTENCES_FIELD_NUMBER: _ClassVar[int]
    claim: int
    sentences: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, claim: _Optional[int] = ..., sentences: _Optional[_Iterable[int]] = ...) -> None: ...

class CompareResponse(_message.Message):
    __slots__ = ("figures",)
    FIGURES_FIELD_NUMBER: _ClassVar[int]
    figures: _containers.RepeatedCompositeFieldContainer[Figures]
    def __init__(self, figures: _Optional[_Iterable[_Union[Figures, _Mapping]]] = ...) -> None: ...

class Figures(_message.Message):
    __slots__ = ("near", "even", "least", "window", "joined", "run")
    NEAR_FIELD_NUMBER: _ClassVar[int]
    EVEN_FIELD_NUMBER: _ClassVar[int]
    LEAST_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    JOINED_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    near: float
    even: float
    least: float
    window: float
    joined: float
    run: float
    def __init__(self, near: _Optional[float] = ..., even: _Optional[float] = ..., least: _Optional[float] = ..., window: _Optional[float] = ..., joined: _Optional[float] = ..., run: _Optional[float] = ...) -> None: ...
