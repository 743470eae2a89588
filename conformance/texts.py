"""Texts that servers change, refuse or take for something else: what the checks write to see what is read."""

__all__ = ["AS_FIELDS", "AS_MARKS", "FREE_NAMES", "KEYS", "ODD_TEXTS", "SCRIPTS", "TAKEN_NAMES", "TEXTS", "WORDS"]

SCRIPTS = ("a", "é", "語", "\U0001f600")
"""Characters of 1, 2, 3 and 4 bytes in UTF-8, the last of two units in UTF-16: a limit counts each as one."""

TEXTS = (
    "Zo\u00eb \u00c5ngstr\u00f6m stra\u00dfe \u1e9e \u03c2\u0130\u0131",
    "\u5c71\u7530 \u592a\u90ce \ud55c\uae00 \uff76\uff9e",
    "\u05e9\u05dc\u05d5\u05dd \u200f\u05e2\u05d5\u05dc\u05dd 12 \u200e!",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u06f1\u06f2\u0663",
    "\u0e19\u0e49\u0e33 \u0915\u094d\u0937\u093f \u0b95\u0bca",
    "\U0001f469\u200d\U0001f467 \U0001f44d\U0001f3fd \u2764\ufe0f \U00020bb7",
    "e\u0301clair \u00e9clair q\u0307\u0323",
    "\ufb01\uff21\u00b2\u2460 \u212b\u212a\u017f",
    "'O\\Brien\\\\' \"S\" `x` \u201cy\u201d \u2018z\u2019",
    "<b>&amp;</b> &lt;x&#39; A & B <br/>",
    "%s %% {0} {{x}} ${y} $1;-- \u00a7",
    "//example.com/?a=1&b=2#c+d%20e%C3%A9",
    "\\n \\t \\u0041 \\x41 \\0 /\\/",
    "\u2013 \u2014 \u2026 \u2010\u2011\u2212 \u00b7\u2022",
    "\u00a0no-break\u2009\u202f\u2028line\u2029\u200b\u3000",
    "x,y; z: w = v | u # t [1] (a) *b* @c.",
    "<script>alert(1)</script>",
    "' OR '1'='1'; DROP TABLE customers; --",
)
"""Texts that careless servers change: by script, normal form, case, markup, quoting, or kind of space."""

WORDS = (
    *("  two  spaces  ", "\u2028\u00a0no-break\u3000", "McDONALD van der BERG", "=SUM(A1)"),
    *("0", "0012", "12345", "1e3", "false", "null", '{"a": 1}', "2024-01-31", "1.50", "+27"),
    *("true", "None", "undefined", "NaN", "[]", '"text"', "TRUE", "1.0", "2024-01-31T00:00:00Z"),
    "https://example.com/a?b=1&c=2#d",
)
"""Texts that careless servers take for something else when they stand alone."""

ODD_TEXTS = (
    ("tab\tand\nline\r\n", "cr\ronly", "esc\x1b[0m\x7f\x85\x9b"),
    ("nul\x00l",),
    ("\ufeffmark\ufeff", "so\u00adft \u034f\u2060\u2061", "\U0001f3f4\U000e0067\U000e007f"),
    ("\u202a\u202b\u202d\u202eover\u202c\u2066\u2067\u2068\u2069",),
    ("\ue000 \U000f0000", "\ufdd0 \uffff"),
    ("\ud83d",),
    ("",),
)
"""Texts that a server may refuse, because some databases cannot hold them, but may not change; by who refuses what."""

KEYS = (
    *("\u043a\u043b\u044e\u0447", "\U0001f511", "with space", " padded ", "a.b$c", "$set", "__proto__", "constructor"),
    *("UPPER", "upper", "e\u0301", "\u00e9", "0", "00", "a[b]", "a/b~1%20", "snake_case", "camelCase", "_x", "x"),
    *("customer_type", "status", "deleted", "metadata", "balance", "name", "email", "currency"),
    *("external_reference", "id"),
)
"""Keys of metadata that careless servers change, reserve, or take for fields."""

TAKEN_NAMES = (
    *("null", "None", "undefined", "true", "NaN", "0", "a", "--", "__", "constructor", "__proto__"),
    *("search", "new", "2024-01-31"),
)
"""References that careless servers take for nothing, for a number, or for a part of their own: checks take them."""

FREE_NAMES = ("Nearly", "1", "7", "toString", "hasOwnProperty")
"""Names of the same kinds that no check takes: were one in both, two checks at once would accuse a server in vain."""

AS_FIELDS = {
    "name": "Somebody Else",
    "email": "else@example.com",
    "phone": "+442071838759",
    "currency": "EUR",
    "balance": "77",
    "id": "bcus_1",
    "external_reference": "else",
    "metadata": "{}",
}
"""Metadata that a careless server takes for fields of the customer."""

AS_MARKS = ("type", "@type", "$type", "class", "@class", "_id", "$ref", "kind", "object")
"""Keys of metadata by which careless servers tell what kind of thing they have read."""
