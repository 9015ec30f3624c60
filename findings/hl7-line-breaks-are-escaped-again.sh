#!/bin/sh
# hl7apy 1.3.5 changes the line breaks of a laboratory's comment when it writes a message.
#
# In a formatted text (OBX-5 of type FT) "\.br\" is the command for a new line (HL7 2.5.1,
# 2.7.6). Parsed and written again without a change, it becomes "\E\.br\E\": the escape
# character itself, escaped, so that the next reader shows ".br" as text. Highlighting
# (\H\ … \N\) and delimiters (\T\) of the same message come through unharmed.
#
# For us: messages of laboratories are kept as received; nothing is passed on re-encoded.
set -eu
DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT
python3 -m venv "$DIR/venv"
"$DIR/venv/bin/pip" install -q --disable-pip-version-check hl7apy==1.3.5
"$DIR/venv/bin/python" - <<'PY'
from hl7apy.parser import parse_message

HEAD = (
    r"MSH|^~\&|LAB|A|CLINIC|B|20261101013000-0600||ORU^R01^ORU_R01|1|P|2.5.1",
    r"PID|1||CP-000099^^^CLINIC^MR||Example^Ana",
    r"OBR|1|||58410-2^CBC^LN",
)
MARKED = r"OBX|1|FT|X^Comment||\H\high\N\ 5 \T\ 6|||||||F"
BROKEN = r"OBX|2|FT|X^Comment||line 1\.br\line 2|||||||F"
sent = "\r".join((*HEAD, MARKED, BROKEN)) + "\r"
written = parse_message(sent, find_groups=False).to_er7().split("\r")
print(*written[-2:], sep="\n")
assert MARKED in written
assert BROKEN not in written
assert r"OBX|2|FT|X^Comment||line 1\E\.br\E\line 2|||||||F" in written
PY
echo "As described."
