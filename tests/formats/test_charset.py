"""Which character set bytes are in: the quick ways say what decoding says."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mappings.formats.charset import _fits

CODECS = ("utf-8", "cp1252", "cp1250", "iso8859-1", "iso8859-15", "cp850", "latin-1", "ascii", "utf-16", "cp932")


@pytest.mark.parametrize("codec", CODECS)
@given(data=st.one_of(st.binary(max_size=40), st.text(max_size=20).map(lambda text: text.encode("utf-8", "replace"))))
@example(data=b"\xed\xa0\x80")
@example(data=b"\xc0\x80")
@example(data=b"\xf4\x90\x80\x80")
@example(data=b"\x81\x8d")
def test_bytes_fit_a_codec_that_decodes_them(codec, data):
    try:
        data.decode(codec)
    except UnicodeDecodeError:
        assert not _fits(data, codec)
    else:
        assert _fits(data, codec)
